import Foundation
import Testing

/// A text under `Tests/Golden` that the sources must give exactly.
///
/// With `AGNO_GOLDEN=record` in the environment (`scripts/golden record`) it is written instead.
struct GoldenFile {
    private let url: URL

    /// - Parameter path: the path below `Tests/Golden`.
    init(_ path: String) {
        url = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Golden/\(path)")
    }

    static var isRecording: Bool { ProcessInfo.processInfo.environment["AGNO_GOLDEN"] == "record" }

    func check(_ text: String) throws {
        if Self.isRecording {
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: url)
            return
        }
        guard let data = try? Data(contentsOf: url) else {
            Issue.record(
                "\(url.lastPathComponent) is not recorded yet; run scripts/golden record and look at the result")
            return
        }
        let recorded = String(decoding: data, as: UTF8.self)
        guard recorded != text else { return }
        let old = recorded.split(separator: "\n", omittingEmptySubsequences: false)
        let new = text.split(separator: "\n", omittingEmptySubsequences: false)
        let line = zip(old, new).prefix { $0 == $1 }.count
        let was = line < old.count ? String(old[line]) : "the end"
        let now = line < new.count ? String(new[line]) : "the end"
        Issue.record(
            """
            \(url.lastPathComponent), line \(line + 1): recorded was
              \(was)
            and now it is
              \(now)
            If that is meant, run scripts/golden record and look at the difference.
            """)
    }

    /// What is recorded.
    func text() throws -> String { try String(contentsOf: url, encoding: .utf8) }

    /// The names of the files that are recorded in a folder below `Tests/Golden`.
    static func names(in folder: String) -> Set<String> {
        let url = GoldenFile(folder).url
        return Set((try? FileManager.default.contentsOfDirectory(atPath: url.path())) ?? [])
    }
}
