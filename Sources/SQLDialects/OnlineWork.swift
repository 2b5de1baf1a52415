package import AgnoSchema

/// What can be done to a large table before its step's transaction, while others go on reading and writing it.
package struct OnlineWork: Sendable {
    /// An index that is built outside of a transaction.
    package struct Build: Sendable {
        package var index: TableShape.NamedIndex
        package var create: SQLStatement
        /// Takes away what a build that failed left behind.
        package var undo: SQLStatement

        package init(index: TableShape.NamedIndex, create: SQLStatement, undo: SQLStatement) {
            self.index = index
            self.create = create
            self.undo = undo
        }
    }

    /// A column whose addition changes the catalogue alone and writes no row.
    package struct NewColumn: Sendable {
        package var column: TableShape.Column
        package var create: SQLStatement

        package init(column: TableShape.Column, create: SQLStatement) {
            self.column = column
            self.create = create
        }
    }

    /// All in one transaction.
    package var columns: [NewColumn]
    /// Statements before the first build: a build waits longer than a change of the structure may.
    package var begin: [SQLStatement]
    package var builds: [Build]
    /// Statements after the last build, also when one failed.
    package var end: [SQLStatement]
    /// A query for the sessions that a build waits for, in words.
    package var blockers: SQLStatement

    package init(
        columns: [NewColumn], begin: [SQLStatement], builds: [Build], end: [SQLStatement], blockers: SQLStatement
    ) {
        self.columns = columns
        self.begin = begin
        self.builds = builds
        self.end = end
        self.blockers = blockers
    }

    /// The table as it will be afterwards.
    package func applied(to snapshot: TableSnapshot) -> TableSnapshot {
        var result = snapshot
        result.shape.columns += columns.map(\.column)
        result.shape.indexes += builds.map(\.index)
        result.namesInUse.formUnion(builds.map(\.index.name))
        result.invalidIndexes = []
        return result
    }
}
