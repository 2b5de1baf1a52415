import AgnoSchema

/// Strikes the balance of a proof: what was there is there, or listed.
struct ProofBalance {
    private let proof: Proof
    private let before: ProofState
    private let after: ProofState
    private let filled: Set<[String]>

    init(_ proof: Proof, _ history: SchemaHistory = .agno) {
        self.proof = proof
        (before, after) = (proof.before, proof.after)
        filled = Self.filledColumns(history)
    }

    /// What does not balance, in words; empty if everything does.
    func differences() -> [String] {
        guard proof.command != "import-v1" else { return imports }
        let types = unique((before.tables + after.tables).map(\.type))
        return types.flatMap(table) + runs
    }

    // MARK: Tables

    private func table(_ type: String) -> [String] {
        let isRuns = type == TableType.runs.name
        let lists = partition(before.table(type), "before") + partition(after.table(type), "after")
        switch (before.table(type), after.table(type)) {
        case (let old?, let new?):
            // Rows that are made of lists are compared as runs.
            guard !isRuns || old.runs == new.runs else { return lists }
            return lists + rows(old, new) + columns(old, new) + backup(old, new)
        case (let old?, nil): return lists + (isRuns || old.rows == 0 ? [] : ["\(old.name) is gone"])
        case (nil, let new?): return lists + (isRuns || new.rows == 0 ? [] : ["\(new.name) was not there before"])
        case (nil, nil): return lists
        }
    }

    private func rows(_ old: ProofTable, _ new: ProofTable) -> [String] {
        let moved = movement(old.type, nil)
        let parked = (before.parked(old.type)?.rows ?? 0, after.parked(old.type)?.rows ?? 0)
        let was = old.rows + parked.0 + moved.made.count
        let isNow = new.rows + parked.1 + moved.gone.count
        return was == isNow ? [] : ["\(new.name): \(was) rows before, \(isNow) are there, parked or listed"]
    }

    private func columns(_ old: ProofTable, _ new: ProofTable) -> [String] {
        let names = unique(old.columns.map(\.name) + new.columns.map(\.name))
        return names.compactMap { name in
            let moved = movement(old.type, name)
            let parked = (
                before.parked(old.type)?.column(name) ?? SetDigest(),
                after.parked(old.type)?.column(name) ?? SetDigest()
            )
            let was = (old.column(name)?.values ?? SetDigest()) + parked.0 + moved.made
            let isNow = (new.column(name)?.values ?? SetDigest()) + parked.1 + moved.gone
            if was == isNow { return nil }
            // What a step fills is more, and may go with its column: another step fills it again.
            let isMade = filled.contains([old.type, name])
            if isMade, old.column(name) == nil, isNow.count >= was.count { return nil }
            if isMade, new.column(name) == nil, was.count >= isNow.count { return nil }
            let digests = was.count == isNow.count ? ", with other contents" : ""
            return "\(new.name), column \(name): \(was.count) values before, \(isNow.count) are there, parked or "
                + "listed\(digests)"
        }
    }

    /// The lists stay as they are unless a way down writes them.
    private func backup(_ old: ProofTable, _ new: ProofTable) -> [String] {
        guard let lists = old.lists, let left = new.lists, before.table("runs") == nil || after.table("runs") != nil
        else { return [] }
        return lists.lists == left.lists ? [] : ["\(new.name): its run lists are not what they were"]
    }

    private func partition(_ table: ProofTable?, _ moment: String) -> [String] {
        guard let table, let lists = table.lists else { return [] }
        let sum = lists.moved + lists.deleted + lists.keptElements
        return sum == lists.elements ? [] : ["\(table.name) \(moment): not every element is moved, deleted or kept"]
    }

    // MARK: Runs

    /// Every run is a row, or an element that is nowhere else, or parked.
    private var runs: [String] {
        let (was, isNow) = (runs(before), runs(after))
        guard was != isNow else { return [] }
        let contents = was.count == isNow.count ? ", with other contents" : ""
        return ["\(was.count) runs before, \(isNow.count) are there, parked or listed\(contents)"]
    }

    private func runs(_ state: ProofState) -> SetDigest {
        let lists = state.table("sessions")?.lists?.keptElements ?? SetDigest()
        return (state.table("runs")?.runs ?? SetDigest()) + lists + (state.parked("runs")?.runs ?? SetDigest())
    }

    // MARK: Imports

    private var imports: [String] {
        proof.imported.compactMap { table in
            let placed = table.written + table.alreadyThere + table.quarantined
            return placed == table.read ? nil : "\(table.name): \(table.read) rows read, \(placed) placed or listed"
        }
    }

    // MARK: Words

    private func movement(_ type: String, _ column: String?) -> (gone: SetDigest, made: SetDigest) {
        proof.elsewhere.filter { $0.table == type && $0.column == column }
            .reduce((SetDigest(), SetDigest())) { ($0.0 + $1.gone, $0.1 + $1.made) }
    }

    private func unique(_ names: [String]) -> [String] {
        var seen: Set<String> = []
        return names.filter { seen.insert($0).inserted }
    }

    /// The columns that a version fills in existing rows, as type and name.
    private static func filledColumns(_ history: SchemaHistory) -> Set<[String]> {
        var found: Set<[String]> = []
        let anyAdapter = DatabaseTraits(features: [], spelling: { _ in "" }, equality: { $0 == $1 })
        for migration in history.migrations {
            for type in TableType.allCases {
                for case .change(.addColumn(let column, let fill)) in migration.steps(for: type, traits: anyAdapter)
                where fill != .none {
                    found.insert([type.name, column.name])
                }
            }
        }
        return found
    }
}
