/// What an import reads, from where, and how it resolves conflicts.
package struct ImportSettings: Sendable {
    package var tables: V1Tables
    /// The maximum number of rows per transaction, 1 or greater; nil: sized by bytes.
    package var batchSize: Int?
    /// Whether a v1 row also replaces a newer row of the target.
    package var overwrites: Bool
    package var isDryRun: Bool
    /// Whether the v1 tables and the target's are in the same schema of the same database.
    package var isSamePlace: Bool
    /// Distinguishes this source from others that are imported into the same target; nil if it is the target itself.
    package var sourceName: String?
    package var sourceSchema: String?

    package init(
        tables: V1Tables, batchSize: Int?, overwrites: Bool, isDryRun: Bool, isSamePlace: Bool, sourceName: String?,
        sourceSchema: String?
    ) {
        self.tables = tables
        self.batchSize = batchSize
        self.overwrites = overwrites
        self.isDryRun = isDryRun
        self.isSamePlace = isSamePlace
        self.sourceName = sourceName
        self.sourceSchema = sourceSchema
    }
}
