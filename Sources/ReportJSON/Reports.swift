package import AgnoMigrate
package import LosslessJSON

// `members` are those of a database's entry after `id` and `dialect`.

extension MigrationReport {
    package var members: JSONObject {
        var members = JSONObject(
            server: serverVersion, schema: schema, ["tables": tables, "dependents": dependents])
        if let cleanup { members.add(["cleanup": cleanup.members]) }
        members.add(["seconds": duration, "warnings": warnings])
        return members
    }
}

extension TableReport: JSONRepresentable {
    package var json: JSONValue {
        JSONObject([
            "type": type.name, "name": name, "from": from, "to": to, "outcome": outcome.rawValue, "steps": steps,
            "quarantined": quarantined, "quarantined_rows": quarantinedRows, "drift": drift, "repaired": repaired,
            "parked": parked, "restored": restored,
        ]).json
    }
}

extension StepReport: JSONRepresentable {
    /// The outcome of the step, with `code`, `message` and `remedy` if it was refused or failed.
    package var json: JSONValue {
        var members = JSONObject([
            "version": version, "outcome": outcome.rawValue, "changes": changes, "rows": rows, "seconds": duration,
        ])
        if let error { members.add(error, keysAlways: true) }
        return members.json
    }
}

extension MigrationPlan {
    package var members: JSONObject {
        JSONObject(
            server: serverVersion, schema: schema,
            [
                "direction": direction.rawValue, "target": target, "digest": digest, "tables": tables,
                "warnings": warnings, "missing_privileges": missingPrivileges,
            ])
    }
}

extension TablePlan: JSONRepresentable {
    package var json: JSONValue {
        JSONObject([
            "type": type.name, "name": name, "from": from, "to": to, "outcome": outcome.rawValue, "steps": steps,
            "dependents": dependents, "repairs": repairs, "parks": parks, "phases": phases,
        ]).json
    }
}

extension PlannedPhase: JSONRepresentable {
    package var json: JSONValue {
        JSONObject([
            "name": name.rawValue, "bytes": bytes, "seconds": seconds.map { Duration.seconds($0) },
            "longest_lock_seconds": Duration.seconds(longestLock),
        ]).json
    }
}

extension Dependent: JSONRepresentable {
    /// The object and what the step does with it.
    package var json: JSONValue {
        JSONObject([
            "kind": kind, "name": name, "table": table, "handling": handling.rawValue, "reason": reason, "drop": drop,
            "create": create,
        ]).json
    }
}

extension StepPlan: JSONRepresentable {
    /// The planned work of the step, with `code`, `message` and `remedy` if it would be refused.
    package var json: JSONValue {
        var members = JSONObject([
            "version": version, "outcome": outcome.rawValue, "changes": changes, "skipped": skipped,
            "statements": statements, "rows": rows, "losses": losses,
        ])
        if let error { members.add(error, keysAlways: true) }
        return members.json
    }
}

extension DatabaseStatus {
    package var members: JSONObject {
        JSONObject(
            server: serverVersion, schema: schema,
            [
                "pending": hasPendingWork, "known_tables": knownTables, "elsewhere": elsewhere, "parked": parked,
                "newer_than_program": isNewerThanProgram, "tables": tables, "warnings": warnings,
            ])
    }
}

extension TableElsewhere: JSONRepresentable {
    package var json: JSONValue {
        JSONObject(["type": type.name, "schema": schema, "name": name, "view": isView, "options": options]).json
    }
}

extension TableStatus: JSONRepresentable {
    package var json: JSONValue {
        JSONObject([
            "type": type.name, "name": name, "exists": exists, "stamp": stamp, "shape": shape, "pending": pending,
            "agrees": agrees, "differences": differences,
        ]).json
    }
}

extension HistoryEntry: JSONRepresentable {
    package var json: JSONValue {
        JSONObject([
            "run": run, "recorded_at": recordedAt, "tool": tool, "command": command, "table": table,
            "version": version, "event": event, "outcome": outcome, "rows": rows, "seconds": duration, "key": key,
            "position": position, "code": code,
        ]).json
    }
}

extension DisplacedRows: JSONRepresentable {
    package var json: JSONValue { JSONObject(["table": table, "what": what, "rows": rows]).json }
}

extension ParkedSummary: JSONRepresentable {
    /// `column` is null for whole rows, which `count` counts then.
    package var json: JSONValue {
        JSONObject(["table": table, "column": column, "version": version, "count": count]).json
    }
}

extension ParkedReport {
    package var members: JSONObject {
        JSONObject(server: serverVersion, schema: schema, ["parked": entries, "dropped": dropped])
    }
}

extension ParkedEntry {
    /// One line of an export: texts and numbers as they are, bytes as hexadecimal digits in an object.
    package var json: JSONValue {
        JSONObject([
            "table": table, "key": key.keyText, "column": column, "row": isPartOfRow, "value": value.exported,
            "version": version, "parked_at": parkedAt,
        ]).json
    }
}

extension SQLValue {
    fileprivate var exported: JSONValue {
        switch self {
        case .null: .null
        case .integer(let number): JSONValue(number)
        case .real(let number): JSONValue(number)
        case .text(let text): JSONValue(text)
        case .blob(let bytes), .malformedText(let bytes): JSONObject(["hex": bytes.hexadecimal]).json
        }
    }
}

extension QuarantinedRow: JSONRepresentable {
    package var json: JSONValue { JSONObject(["key": key, "position": position, "reason": reason]).json }
}

extension CleanupReport {
    package var members: JSONObject {
        var members = JSONObject([
            "table": table, "outcome": outcome.rawValue, "sessions": sessions, "covered": covered,
            "deleted_since": deletedSince, "uncovered": uncovered, "uncovered_rows": uncoveredRows,
        ])
        if let error { members.add(error, keysAlways: true) }
        return members
    }
}

extension ReleaseCheck {
    package var members: JSONObject {
        JSONObject(
            server: serverVersion, schema: schema,
            [
                "release": release, "release_schema_version": schemaVersion, "may_serve": mayServe, "tables": tables,
                "warnings": warnings,
            ])
    }
}

extension TableFitness: JSONRepresentable {
    package var json: JSONValue {
        JSONObject([
            "type": type.name, "name": name, "exists": exists, "stamp": stamp, "may_serve": serves, "reasons": reasons,
        ]).json
    }
}
