package import AgnoMigrate
package import LosslessJSON

extension MigrationReport {
    /// The members of a database's entry after `id` and `dialect`.
    package var members: JSONObject {
        var members = JSONObject(server: serverVersion, schema: schema)
        members.add("tables", .array(tables.map(\.json)))
        members.add("dependents", .array(dependents.map(\.json)))
        if let cleanup { members.add("cleanup", .object(cleanup.members)) }
        members.add("seconds", JSONValue(seconds: duration))
        members.add("warnings", JSONValue(strings: warnings))
        return members
    }
}

extension TableReport {
    /// The outcome of the table and of each step.
    package var json: JSONValue {
        [
            "type": JSONValue(type.name), "name": JSONValue(name), "from": JSONValue(optional: from),
            "to": JSONValue(optional: to), "outcome": JSONValue(outcome.rawValue), "steps": .array(steps.map(\.json)),
            "quarantined": JSONValue(quarantined), "quarantined_rows": .array(quarantinedRows.map(\.json)),
            "drift": JSONValue(strings: drift), "repaired": JSONValue(strings: repaired),
        ]
    }
}

extension StepReport {
    /// The outcome of the step, with `code`, `message` and `remedy` if it was refused or failed.
    package var json: JSONValue {
        var members = JSONObject(
            dictionaryLiteral: ("version", JSONValue(version.description)), ("outcome", JSONValue(outcome.rawValue)),
            ("changes", JSONValue(strings: changes)), ("rows", JSONValue(rows)),
            ("seconds", JSONValue(seconds: duration)))
        if let error { members.add(error, keysAlways: true) }
        return .object(members)
    }
}

extension MigrationPlan {
    /// The members of a database's entry after `id` and `dialect`.
    package var members: JSONObject {
        var members = JSONObject(server: serverVersion, schema: schema)
        members.add("direction", JSONValue(direction.rawValue))
        members.add("target", JSONValue(target.description))
        members.add("digest", JSONValue(digest))
        members.add("tables", .array(tables.map(\.json)))
        members.add("warnings", JSONValue(strings: warnings))
        members.add("missing_privileges", JSONValue(strings: missingPrivileges))
        return members
    }
}

extension TablePlan {
    /// The planned work on the table.
    package var json: JSONValue {
        [
            "type": JSONValue(type.name), "name": JSONValue(name), "from": JSONValue(optional: from),
            "to": JSONValue(optional: to), "outcome": JSONValue(outcome.rawValue), "steps": .array(steps.map(\.json)),
            "dependents": .array(dependents.map(\.json)), "repairs": JSONValue(strings: repairs),
        ]
    }
}

extension Dependent {
    /// The object and what the step does with it.
    package var json: JSONValue {
        [
            "kind": JSONValue(kind), "name": JSONValue(name), "table": JSONValue(table),
            "handling": JSONValue(handling.rawValue), "reason": JSONValue(optional: reason),
            "drop": JSONValue(strings: drop), "create": JSONValue(strings: create),
        ]
    }
}

extension StepPlan {
    /// The planned work of the step, with `code`, `message` and `remedy` if it would be refused.
    package var json: JSONValue {
        var members = JSONObject(
            dictionaryLiteral: ("version", JSONValue(version.description)), ("outcome", JSONValue(outcome.rawValue)),
            ("changes", JSONValue(strings: changes)), ("skipped", JSONValue(strings: skipped)),
            ("statements", JSONValue(strings: statements)), ("rows", JSONValue(rows)),
            ("losses", .array(losses.map(\.json))))
        if let error { members.add(error, keysAlways: true) }
        return .object(members)
    }
}

extension DatabaseStatus {
    /// The members of a database's entry after `id` and `dialect`.
    package var members: JSONObject {
        var members = JSONObject(server: serverVersion, schema: schema)
        members.add("pending", JSONValue(hasPendingWork))
        members.add("known_tables", JSONValue(strings: knownTables))
        members.add("elsewhere", .array(elsewhere.map(\.json)))
        members.add("newer_than_program", JSONValue(isNewerThanProgram))
        members.add("tables", .array(tables.map(\.json)))
        members.add("warnings", JSONValue(strings: warnings))
        return members
    }
}

extension TableElsewhere {
    /// Where the table is and how to reach it.
    package var json: JSONValue {
        [
            "type": JSONValue(type.name), "schema": JSONValue(optional: schema), "name": JSONValue(name),
            "view": JSONValue(isView), "options": JSONValue(options),
        ]
    }
}

extension TableStatus {
    /// The stamp beside the shape.
    package var json: JSONValue {
        [
            "type": JSONValue(type.name), "name": JSONValue(name), "exists": JSONValue(exists),
            "stamp": JSONValue(optional: stamp), "shape": JSONValue(optional: shape),
            "pending": JSONValue(strings: pending.map(\.description)), "agrees": JSONValue(agrees),
            "differences": JSONValue(strings: differences),
        ]
    }
}

extension HistoryEntry {
    /// The entry, without row contents.
    package var json: JSONValue {
        [
            "run": JSONValue(run), "recorded_at": JSONValue(recordedAt), "tool": JSONValue(tool),
            "command": JSONValue(command), "table": JSONValue(table), "version": JSONValue(optional: version),
            "event": JSONValue(event), "outcome": JSONValue(outcome), "rows": JSONValue(rows),
            "seconds": JSONValue(seconds: duration), "key": JSONValue(optional: key),
            "position": position.map { JSONValue($0) } ?? .null, "code": JSONValue(optional: code),
        ]
    }
}

extension CleanupReport {
    /// The members of a database's entry after `id` and `dialect`.
    package var members: JSONObject {
        var members = JSONObject()
        members.add("table", JSONValue(table))
        members.add("outcome", JSONValue(outcome.rawValue))
        members.add("sessions", JSONValue(sessions))
        members.add("covered", JSONValue(covered))
        members.add("deleted_since", JSONValue(deletedSince))
        members.add("uncovered", JSONValue(uncovered))
        members.add("uncovered_rows", .array(uncoveredRows.map(\.json)))
        if let error { members.add(error, keysAlways: true) }
        return members
    }
}
