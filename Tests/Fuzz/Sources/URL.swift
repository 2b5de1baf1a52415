/// No text of a URL, nor of the reason why it is none, holds its password.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    let text = String(decoding: UnsafeBufferPointer(start: data, count: size), as: UTF8.self)
    check(text)
    check(text.replacing("PASSWORD", with: secret))
    return 0
}

private let secret = "s3cr3t-Pa55"

private func check(_ text: String) {
    var shown: String
    do {
        let url = try DatabaseURL(text)
        shown = "\(url) \(String(reflecting: url))"
        var dumped = ""
        dump(url, to: &dumped)
        shown += dumped
        // What stands elsewhere in the URL is no password.
        let others =
            [url.path, url.user, url.host, url.database].compactMap(\.self) + url.options.flatMap { [$0, $1] }
        if others.contains(where: { $0.contains(secret) }) { return }
    } catch {
        shown = "\(error)"
    }
    precondition(!shown.contains(secret), "a password is shown")
}
