import AgnoSchema
import DatabaseAccess
import SQLDialects

/// How the columns of a table are converted.
enum ConversionWay {
    /// Beside the running application.
    case online
    /// While the table is locked; the reason, if it is not that the table is small or nothing else was asked for.
    case locked(because: String?)
    /// Not at all: the table has to be locked although nobody is to wait.
    case refused(MigrationError)

    /// - Parameter bytes: the stored size of the table.
    init(
        of conversion: ColumnConversion, table: String, bytes: Int64, _ options: EngineOptions,
        on connection: any DatabaseConnection
    ) throws {
        // What has begun goes on, whatever the size.
        guard options.online != .never, conversion.stage != .absent || options.isOnline(bytes: bytes) else {
            self = .locked(because: nil)
            return
        }
        self = try Self(hindrance: conversion.hindrance(on: connection), table: table, options)
    }

    /// The way of a conversion that is wanted, with what prevents it.
    init(hindrance: String?, table: String, _ options: EngineOptions) {
        switch hindrance {
        case nil: self = .online
        case let hindrance? where options.online == .always:
            self = .refused(
                MigrationError(
                    .notSupported, "\(table) cannot be converted beside a running application: \(hindrance)",
                    remedy: "remove the cause, or stop the application and run the command with --online auto"))
        case let hindrance?: self = .locked(because: hindrance)
        }
    }
}

extension ColumnConversion {
    /// What makes the conversion impossible beside a running application, in words; nil if nothing does.
    func hindrance(on connection: any DatabaseConnection) throws -> String? {
        try connection.rows(hindrances).first?.first?.string
    }
}

/// Converts columns beside a running application up to the moment when they can be exchanged.
///
/// Nothing remembers how far it came: each look at the table tells, and a killed run is resumed by the next.
struct OnlineConversion {
    let connection: any DatabaseConnection
    let table: String
    let conversion: ColumnConversion
    let lockRetry: LockRetry
    let onProgress: (MigrationEvent.Progress) -> Void

    /// How long a batch is to take, so that a writer of one of its rows waits no longer.
    private static let batchTime = 0.04
    /// The pages of a range; places in it are found by their number.
    private static let pagesPerRange: Int64 = 64
    /// How often rows that others have locked are looked for again: about a minute.
    private static let maximumPasses = 100

    /// What a conversion has found.
    struct Outcome {
        /// Rows converted by this run; those that the application wrote meanwhile are not counted.
        var converted: Int64 = 0
        /// Rows that were compared in both types.
        var compared: Int64 = 0
    }

    private var interruption: Interruption { lockRetry.options.interruption }

    /// Fills, compares and validates the shadows.
    ///
    /// - Throws: `MigrationError` with the code `busy` if other sessions never release rows or the table, `not_verified` if a
    ///   shadow differs from its column; `DatabaseError` with `notStorable` for values that the new type refuses.
    func run() throws -> Outcome {
        var outcome = Outcome()
        guard conversion.stage != .proven else { return outcome }
        if conversion.stage == .filling {
            try change(conversion.resume)
        } else {
            try change(conversion.discard + conversion.expand)
        }
        let watch = Stopwatch()
        for attempt in 1... {
            outcome.converted += try fill(watch)
            outcome.compared = try compare()
            do {
                try change(conversion.release + conversion.demand)
                try lockRetry.transaction(on: table) {
                    try conversion.validate.forEach { try connection.execute($0) }
                }
                return outcome
            } catch let error as DatabaseError where error.condition == .constraint && attempt < 3 {
                // A value that the new type refuses was written meanwhile, and perhaps corrected since.
                try change(conversion.release)
            } catch let error as DatabaseError where error.condition == .constraint {
                try change(conversion.release)
                throw unstorable(1)
            }
        }
        return outcome
    }

    private func change(_ statements: [SQLStatement]) throws {
        try lockRetry.execute(statements, locking: table, against: .everything)
    }

    // MARK: Filling

    /// Goes through the table until no row lacks its shadow; returns how many rows were converted.
    private func fill(_ watch: Stopwatch) throws -> Int64 {
        var converted: Int64 = 0
        for number in 1...Self.maximumPasses {
            let pass = try fillOnce(after: converted, watch)
            converted += pass.converted
            if pass.due == pass.converted { return converted }
            // Rows that others have locked are looked for again; before, the others are done.
            if pass.refused > 0, pass.due == pass.converted + pass.refused { throw unstorable(pass.refused) }
            try interruption.checkpoint()
            lockRetry.pause(after: number)
        }
        throw MigrationError(
            .busy, "other transactions have locked rows of \(table) for too long",
            remedy: "end those transactions, then run the same command again; what is converted stays")
    }

    /// What one pass has found: rows that lacked their shadows, of these converted, of these refused by the new type.
    private struct Pass {
        var due: Int64 = 0
        var converted: Int64 = 0
        var refused: Int64 = 0
    }

    private func fillOnce(after earlier: Int64, _ watch: Stopwatch) throws -> Pass {
        let (pages, rows) = try extent()
        var pass = Pass()
        var limit = 16
        for start in stride(from: 0, to: pages, by: Int(Self.pagesPerRange)) {
            let range = start..<min(start + Self.pagesPerRange, pages)
            var place: String?
            repeat {
                try interruption.checkpoint()
                let batch = Stopwatch()
                let row = try lockRetry.attempt(on: table) {
                    try connection.rows(conversion.batch(range, place, limit)).first ?? []
                }
                guard row.count == 4, let last = row[3].string else { break }
                place = last
                pass.due += row[0].int ?? 0
                pass.converted += row[1].int ?? 0
                pass.refused += row[2].int ?? 0
                let seconds = batch.seconds
                if seconds > Self.batchTime { limit = max(1, limit / 2) }
                if seconds < Self.batchTime / 2 { limit = min(2000, limit + limit / 2 + 1) }
            } while true
            let done = max(earlier + pass.converted, rows * range.upperBound / max(pages, 1))
            onProgress(
                MigrationEvent.Progress(
                    done: min(done, rows), total: max(rows, done), bytes: 0, elapsed: .seconds(watch.seconds)))
        }
        return pass
    }

    private func extent() throws -> (pages: Int64, rows: Int64) {
        let row = try connection.rows(conversion.extent).first ?? []
        return row.count == 2 ? (row[0].int ?? 0, row[1].int ?? 0) : (0, 0)
    }

    private func unstorable(_ rows: Int64) -> DatabaseError {
        DatabaseError(
            .notStorable, "\(table): the new type of \(conversion.columns.joined(separator: ", ")) refuses \(rows) rows"
        )
    }

    // MARK: Comparing

    /// Reads every row in both types; rows written from now on are converted by the server.
    private func compare() throws -> Int64 {
        let (pages, _) = try extent()
        var compared: Int64 = 0
        for start in stride(from: 0, to: pages, by: Int(Self.pagesPerRange)) {
            try interruption.checkpoint()
            let range = start..<min(start + Self.pagesPerRange, pages)
            let row = try lockRetry.attempt(on: table) {
                try connection.rows(conversion.comparison(range)).first ?? []
            }
            guard row.count == 2, row[1].int == 0 else {
                throw MigrationError(
                    .notVerified, "\(table): \(row.last?.int ?? 0) rows differ between the old type and the new one",
                    remedy: "drop what the conversion has made (up --abandon), then report this")
            }
            compared += row[0].int ?? 0
        }
        return compared
    }
}
