package import LosslessJSON

/// Why a document of a file is not taken.
package struct DocumentError: Error, Hashable, Sendable {
    /// What is wrong, without any of the contents.
    package var message: String
    /// What to do about it.
    package var remedy: String

    init(_ message: String, remedy: String = "take it out of the file, or name another file. Nothing was imported.") {
        (self.message, self.remedy) = (message, remedy)
    }

    /// A text is no JSON.
    package init(_ error: JSONError) {
        self.init("is not readable as JSON: \(error.reason.rawValue) at byte \(error.offset)")
    }
}
