import AgnoMigrate

/// A configuration is read or refused with an error of its own, whatever it holds.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    let text = String(decoding: UnsafeBufferPointer(start: data, count: size), as: UTF8.self)
    let environment = ["SECRET": "s3cr3t-Pa55"]
    do {
        let file = try ConfigurationFile(
            text: text, name: "fuzz.toml", directory: "/nonexistent", environment: environment)
        _ = try file.service.configuration(environment: environment)
    } catch let error as MigrationError {
        precondition(!"\(error)".contains("s3cr3t-Pa55"), "a secret is shown")
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
