package import AgnoMigrate
package import LosslessJSON

extension CopyReport {
    package var members: JSONObject {
        let place = JSONObject([
            "dialect": target.dialect.rawValue, "server_version": target.serverVersion, "schema": target.schema,
        ])
        return JSONObject(
            server: source.serverVersion, schema: source.schema,
            ["target": place, "version": version, "tables": tables, "seconds": duration, "warnings": warnings])
    }
}

extension CopiedTable: JSONRepresentable {
    package var json: JSONValue {
        var members = JSONObject([
            "type": type, "name": name, "outcome": outcome.rawValue, "rows": rows, "copied": copied,
            "already_there": alreadyThere, "refused": refused, "refused_rows": refusedRows, "changed": changed,
            "changed_rows": changedRows, "only_in_target": onlyInTarget, "left_out": leftOut, "reason": reason,
            "seconds": duration,
        ])
        if let error {
            var failure = JSONObject()
            failure.add(error, keysAlways: true)
            members.add(["error": failure])
        }
        return members.json
    }
}

extension RefusedRow: JSONRepresentable {
    package var json: JSONValue { JSONObject(["key": key, "column": column, "reason": reason]).json }
}

extension LeftOutColumn: JSONRepresentable {
    package var json: JSONValue { JSONObject(["name": name, "rows": rows, "backup": isBackup]).json }
}
