/// Where the folded schema is unlike a release's on purpose.
struct DeliberateDifference: Sendable {
    var adapters: [Adapter]
    var labels: [String]
    var table: String
    /// The sentences in question: `only in the model: …` or `only in the release: …`.
    var sentences: Set<String>
    var reason: String

    static let all: [DeliberateDifference] =
        [
            DeliberateDifference(
                adapters: Adapter.allCases, labels: ["2.0"], table: "culture",
                sentences: ["only in the model: the table"],
                reason:
                    "it came with release 2.2, which has the schema version of 2.0; a table more does not make a version"
            ),
            DeliberateDifference(
                adapters: [.postgres], labels: ["2.3", "2.5.0", "2.5.6"], table: "culture",
                sentences: [
                    "only in the model: column summary VARCHAR", "only in the release: column summary TEXT",
                    "only in the model: column input VARCHAR", "only in the release: column input TEXT",
                ],
                reason:
                    "no version ever changes culture: a table from 2.2 keeps VARCHAR, which the later releases read as well"
            ),
            DeliberateDifference(
                adapters: [.singlestore], labels: ["2.5.0", "2.5.6"], table: "sessions",
                sentences: ["only in the release: unique uq_session_type on (session_id, session_type)"],
                reason:
                    "a columnstore table takes no second unique key of several columns, so these releases cannot make it"
            ),
        ]
        + ["products", "sources", "projects", "tasks"].map { table in
            DeliberateDifference(
                adapters: [.sqlite, .postgres], labels: ["3.0"], table: table,
                sentences: ["only in the model: the table"],
                reason: "it came with release 3.1, which has the schema version of 3.0")
        }

    static func sentences(_ adapter: Adapter, _ label: String, table: String) -> Set<String> {
        all.filter { $0.adapters.contains(adapter) && $0.labels.contains(label) && $0.table == table }
            .reduce(into: []) { $0.formUnion($1.sentences) }
    }
}
