import AgnoSchema
import MigrationCore

/// What an import did to one v1 table so far.
struct Tally {
    var read: Int64 = 0
    var written: Int64 = 0
    var alreadyThere: Int64 = 0
    var quarantined: Int64 = 0
    var parts: Int64 = 0
    var kept: Int64 = 0
    var renamed: Int64 = 0
    var bytes: Int64 = 0
    private(set) var quarantinedRows: [V1QuarantinedRow] = []
    private(set) var renamedRows: [QuarantinedRow] = []
    private(set) var changes: [String: Int64] = [:]
    private(set) var examples: [String] = []

    private static let listed = 100
    private static let shown = 10

    mutating func quarantine(_ key: String, because reason: String) {
        quarantined += 1
        list(V1QuarantinedRow(key: key, part: nil, reason: reason))
    }

    mutating func quarantine(part path: String, of key: String, because reason: String) {
        parts += 1
        list(V1QuarantinedRow(key: key, part: path, reason: reason))
    }

    private mutating func list(_ row: V1QuarantinedRow) {
        if quarantinedRows.count < Self.listed { quarantinedRows.append(row) }
    }

    mutating func rename(_ rows: [QuarantinedRow]) {
        renamed += Int64(rows.count)
        renamedRows += rows.prefix(max(0, Self.listed - renamedRows.count))
    }

    /// Counts what the conversion did to a row.
    mutating func note(_ found: [V1Change: Int], in key: String) {
        guard !found.isEmpty else { return }
        for (change, count) in found { changes[change.rawValue, default: 0] += Int64(count) }
        guard examples.count < Self.shown else { return }
        let words = found.sorted { $0.key.rawValue < $1.key.rawValue }.map { "\($0.key.rawValue) \($0.value)" }
        examples.append("\(key): \(words.joined(separator: ", "))")
    }

    func fill(_ report: inout V1TableReport) {
        report.read = read
        report.written = written
        report.alreadyThere = alreadyThere
        report.quarantined = quarantined
        report.quarantinedParts = parts
        report.quarantinedRows = quarantinedRows
        report.renamedRuns = renamed
        report.renamedRunRows = renamedRows
        report.keptRows = kept
        report.changes = changes
        report.examples = examples
    }
}
