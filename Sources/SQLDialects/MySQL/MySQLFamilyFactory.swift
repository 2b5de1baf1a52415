import AgnoSchema

extension MySQLServer {
    /// The dialect of this server, with Agno's tables in a database of that name.
    ///
    /// - Parameter schema: nil for the default of Agno's adapters: `ai`, or on SingleStore the connection's own database.
    package func dialect(schema: String?) -> any MySQLFamilyDialect {
        switch kind {
        case .mariadb: MariaDBDialect(server: self, schema: schema ?? MySQLDialect.defaultSchema)
        case .singlestore: SingleStoreDialect(server: self, schema: schema)
        case .mysql, .postgresql, .sqlite: MySQLDialect(server: self, schema: schema ?? MySQLDialect.defaultSchema)
        }
    }
}
