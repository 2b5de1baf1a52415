import AgnoMigrate
import LosslessJSON
import ReportJSON

struct JobEvent: Sendable {
    var number: Int
    /// The name: `table_started`, `progress`, …
    var name: String
    /// The members, without row contents.
    var data: JSONObject

    /// The event on the wire (server-sent events).
    var text: String {
        "id: \(number)\nevent: \(name)\ndata: \(String(decoding: data.json.serialized(), as: UTF8.self))\n\n"
    }
}

extension MigrationEvent {
    var parts: (name: String, data: JSONObject) {
        switch self {
        case .waitingForLock(let holder):
            // The holder's description names a host and a process; clients must not see them.
            return ("waiting_for_lock", JSONObject(["waited_seconds": holder.waited]))
        case .lockTaken: return ("lock_taken", [:])
        case .tableStarted(let type, let name): return ("table_started", Self.table(type, name))
        case .stepStarted(let type, let name, let version): return ("step_started", Self.table(type, name, version))
        case .progress(let type, let name, let version, let progress):
            var data = Self.table(type, name, version)
            data.add(["done": progress.done, "total": progress.total, "seconds": progress.elapsed])
            return ("progress", data)
        case .stepFinished(let type, let name, let report):
            var data = Self.table(type, name)
            data.add(["step": report])
            return ("step_finished", data)
        case .tableFinished(let report): return ("table_finished", ["table": report.json])
        case .warning(let text): return ("warning", JSONObject(["message": text]))
        case .note(let text): return ("note", JSONObject(["message": text]))
        }
    }

    private static func table(_ type: TableType, _ name: String, _ version: SchemaVersion? = nil) -> JSONObject {
        var data = JSONObject(["type": type.name, "name": name])
        if let version { data.add(["version": version]) }
        return data
    }
}
