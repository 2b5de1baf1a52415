import AgnoMigrate

/// A configuration is read or refused with an error of its own, whatever it holds.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    let text = String(decoding: UnsafeBufferPointer(start: data, count: size), as: UTF8.self)
    let secret = "s3cr3t-Pa55"
    // What is written in the file may be quoted.
    guard !text.contains(secret) else { return 0 }
    let environment = ["SECRET": secret]
    do {
        let file = try ConfigurationFile(
            text: text, name: "fuzz.toml", directory: "/nonexistent", environment: environment)
        _ = try file.service.configuration(environment: environment)
    } catch let error as MigrationError {
        precondition(!"\(error)".contains(secret), "a secret is shown")
    } catch {
        preconditionFailure("another error: \(error)")
    }
    return 0
}

extension MigrationError.Code {
    static let configuration = Self(rawValue: "configuration")
}

/// What a terminal may get of a text, which is not the question here.
func printable(_ text: String) -> String { text }
