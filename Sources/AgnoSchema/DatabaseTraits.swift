/// A difference between Agno's adapters, which a version's file asks for by this name.
package enum Feature: Hashable, Sendable, CaseIterable {
    /// A session's id has been the primary key since 2.0.0 (elsewhere a unique key until 2.5.0).
    case sessionPrimaryKeyFromStart
    /// Approvals, components, schedules, learnings and the company tables exist.
    case extendedTables
    /// Metrics are also indexed by aggregation period.
    case aggregationPeriodIndex
    /// Ownership is indexed together with what it is listed by.
    case compositeOwnerIndexes
    /// Names of components, products, projects and tasks may be NULL.
    case optionalNames
    /// Composite indexes carry the name that the adapter declares instead of a generated one.
    case declaredIndexNames
    /// A model provider's name is limited to 50 characters.
    case shortProviderNames
    /// The 2.x releases stored the JSON of sessions as a JSON string that holds JSON text; 2.0 reads nothing else.
    case doublyEncodedSessions
    /// JSON columns accept any text that Python writes, `NaN` and halves of surrogate pairs included.
    case looseJSON
    /// The declared type of a text changes without rewriting the table.
    case freeTextRetyping
    /// Configurations and links of components refer to their components, and a configuration can be marked as deleted.
    case boundConfigurations
    /// Queued work has a table of its own.
    case jobs
    /// Rows are placed on partitions by a shard key, which every unique key must contain; there are no foreign keys.
    case shardedTables
}

/// The declarations of Agno's adapter for one server, and the server's spelling of types.
package struct DatabaseTraits: Sendable {
    private let features: Set<Feature>
    private let spelling: @Sendable (ColumnType) -> String
    private let equality: @Sendable (_ actual: String, _ declared: String) -> Bool

    /// - Parameters:
    ///   - spelling: the server's name of a type.
    ///   - equality: whether a type found in the catalogue is equivalent to a declared one.
    package init(
        features: Set<Feature>, spelling: @escaping @Sendable (ColumnType) -> String,
        equality: @escaping @Sendable (_ actual: String, _ declared: String) -> Bool
    ) {
        self.features = features
        self.spelling = spelling
        self.equality = equality
    }

    /// Whether the adapter has the feature.
    package func has(_ feature: Feature) -> Bool { features.contains(feature) }
    /// The server's name of a type.
    package func typeName(_ type: ColumnType) -> String { spelling(type) }
    /// Whether a type found in the catalogue is equivalent to the declared one.
    package func isEquivalent(_ actual: String, to declared: ColumnType) -> Bool {
        equality(actual, spelling(declared))
    }
    /// Whether two of the server's type names hold the same values.
    package func areEquivalent(_ actual: String, _ declared: String) -> Bool { equality(actual, declared) }
}

/// One database's traits and table names, which make a neutral change concrete.
package struct SchemaContext: Sendable {
    package var traits: DatabaseTraits
    package var names: TableNames
    package var history: SchemaHistory

    package init(traits: DatabaseTraits, names: TableNames, history: SchemaHistory = .agno) {
        self.traits = traits
        self.names = names
        self.history = history
    }
}
