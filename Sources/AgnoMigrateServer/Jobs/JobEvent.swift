import AgnoMigrate
import LosslessJSON
import ReportJSON

/// An event of a job in its stream of events.
struct JobEvent: Sendable {
    /// The number within the job, counted from 1.
    var number: Int
    /// The name: `table_started`, `progress`, …
    var name: String
    /// The members, without row contents.
    var data: JSONObject

    /// The event on the wire (server-sent events).
    var text: String {
        var bytes: [UInt8] = []
        JSONValue.object(data).append(to: &bytes)
        return "id: \(number)\nevent: \(name)\ndata: \(String(decoding: bytes, as: UTF8.self))\n\n"
    }
}

extension MigrationEvent {
    /// The event's name and its members.
    var parts: (name: String, data: JSONObject) {
        switch self {
        case .waitingForLock(let holder):
            // The holder's description names a host and a process; clients must not see them.
            return ("waiting_for_lock", ["waited_seconds": JSONValue(seconds: holder.waited)])
        case .lockTaken: return ("lock_taken", [:])
        case .tableStarted(let type, let name): return ("table_started", Self.table(type, name))
        case .stepStarted(let type, let name, let version):
            return ("step_started", Self.table(type, name, version))
        case .progress(let type, let name, let version, let progress):
            var data = Self.table(type, name, version)
            data.add("done", JSONValue(progress.done))
            data.add("total", JSONValue(progress.total))
            data.add("seconds", JSONValue(seconds: progress.elapsed))
            return ("progress", data)
        case .stepFinished(let type, let name, let report):
            var data = Self.table(type, name)
            data.add("step", report.json)
            return ("step_finished", data)
        case .tableFinished(let report): return ("table_finished", ["table": report.json])
        case .warning(let text): return ("warning", ["message": JSONValue(text)])
        case .note(let text): return ("note", ["message": JSONValue(text)])
        }
    }

    private static func table(_ type: TableType, _ name: String, _ version: SchemaVersion? = nil) -> JSONObject {
        var data: JSONObject = ["type": JSONValue(type.name), "name": JSONValue(name)]
        if let version { data.add("version", JSONValue(version.description)) }
        return data
    }
}
