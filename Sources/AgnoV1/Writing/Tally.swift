import AgnoSchema
import MigrationCore

/// What an import has done with one v1 table so far.
struct Tally {
    var read: Int64 = 0
    var written: Int64 = 0
    var alreadyThere: Int64 = 0
    var quarantined: Int64 = 0
    var parts: Int64 = 0
    var kept: Int64 = 0
    var renamed: Int64 = 0
    var keptRuns: Int64 = 0
    var addedRuns: Int64 = 0
    var bytes: Int64 = 0
    private(set) var quarantinedRows: [V1QuarantinedRow] = []
    private(set) var renamedRows: [QuarantinedRow] = []
    private(set) var changes: [String: Int64] = [:]
    private(set) var examples: [String] = []

    private static let reportedRowLimit = 100
    private static let exampleLimit = 10

    mutating func quarantine(_ key: String, because reason: String) {
        quarantined += 1
        list(V1QuarantinedRow(key: key, part: nil, reason: reason))
    }

    mutating func quarantine(part path: String, of key: String, because reason: String) {
        parts += 1
        list(V1QuarantinedRow(key: key, part: path, reason: reason))
    }

    private mutating func list(_ row: V1QuarantinedRow) {
        if quarantinedRows.count < Self.reportedRowLimit { quarantinedRows.append(row) }
    }

    mutating func rename(_ rows: [QuarantinedRow]) {
        renamed += Int64(rows.count)
        renamedRows += rows.prefix(max(0, Self.reportedRowLimit - renamedRows.count))
    }

    /// Counts the changes that the conversion made in a row.
    mutating func note(_ found: [V1Change: Int], in key: String) {
        guard !found.isEmpty else { return }
        for (change, count) in found { changes[change.rawValue, default: 0] += Int64(count) }
        guard examples.count < Self.exampleLimit else { return }
        let counts = found.sorted { $0.key.rawValue < $1.key.rawValue }.map { "\($0.key.rawValue) \($0.value)" }
        examples.append("\(key): \(counts.joined(separator: ", "))")
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
        report.keptRuns = keptRuns
        report.addedRuns = addedRuns
        report.changes = changes
        report.examples = examples
    }

    func progressEvent(
        _ type: TableType, _ table: V1Table, _ version: SchemaVersion, total: Int64, elapsed: Duration
    ) -> MigrationEvent {
        .progress(
            type, name: table.name, version: version,
            MigrationEvent.Progress(done: read, total: total, bytes: bytes, elapsed: elapsed))
    }
}
