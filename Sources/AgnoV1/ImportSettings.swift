/// What is imported, from where, and who wins.
package struct ImportSettings: Sendable {
    package var tables: V1Tables
    /// At most so many rows in one transaction; nil: as many as make up a batch of bytes.
    package var batchSize: Int?
    /// Whether a v1 row also takes the place of a row that is newer in the target.
    package var overwrites: Bool
    package var isDryRun: Bool
    /// Whether the v1 tables lie beside the target's, in the same schema of the same database.
    package var isSamePlace: Bool
    /// The name of the source among others that are imported into the same target; nil where it is the target itself.
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
