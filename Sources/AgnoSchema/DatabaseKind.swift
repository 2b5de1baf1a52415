/// The kind of a database server, by the name that reports use for it.
public enum DatabaseKind: String, Sendable, Codable, CaseIterable {
    case sqlite, postgresql, mysql, mariadb, singlestore
}
