import AgnoSchema

/// Strikes the balance of a proof: what was there is there, or listed.
struct ProofBalance {
    private let proof: Proof
    private let before: ProofState
    private let after: ProofState

    init(_ proof: Proof) {
        self.proof = proof
        (before, after) = (proof.before, proof.after)
    }

    /// What does not balance, in words; empty if everything does.
    func differences() -> [String] {
        guard isUnambiguous else { return ["it speaks of a table twice"] }
        guard !before.tables.isEmpty || !after.tables.isEmpty else { return ["no table of Agno's was found"] }
        guard proof.command != "import-v1" else { return imports }
        let types = unique((before.tables + after.tables).map(\.type))
        return types.flatMap(table) + runs
    }

    private var isUnambiguous: Bool {
        [before, after].allSatisfy { state in
            Set(state.tables.map(\.type)).count == state.tables.count
                && Set(state.parked.map(\.table)).count == state.parked.count
                && state.tables.allSatisfy { table in
                    Set(table.columns.map { ExactText($0.name) }).count == table.columns.count
                }
        }
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
        case (let old?, nil):
            guard isRuns else { return lists + (old.rows == 0 ? [] : ["\(old.name) is gone"]) }
            let unlike = old.unlike ?? 0
            return lists
                + (unlike == 0 ? [] : ["\(unlike) rows of \(old.name) have columns that their run does not repeat"])
        case (nil, let new?): return lists + (isRuns || new.rows == 0 ? [] : ["\(new.name) was not there before"])
        case (nil, nil): return lists
        }
    }

    private func rows(_ old: ProofTable, _ new: ProofTable) -> [String] {
        let moved = movement(old.type, nil)
        let parked = (before.parked(old.type)?.rows ?? 0, after.parked(old.type)?.rows ?? 0)
        let was = old.rows &+ parked.0 &+ moved.made.count
        let isNow = new.rows &+ parked.1 &+ moved.gone.count
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
            let others = (old.column(name)?.others ?? SetDigest()) + (new.column(name)?.others ?? SetDigest())
            if new.column(name)?.others != nil, old.column(name) == nil,
                isFilled(isNow, but: others + parked.1, or: moved.gone, from: was)
            {
                return nil
            }
            if old.column(name)?.others != nil, new.column(name) == nil,
                isFilled(was, but: others + parked.0, or: moved.made, from: isNow)
            {
                return nil
            }
            let digests = was.count == isNow.count ? ", with other contents" : ""
            return "\(new.name), column \(name): \(was.count) values before, \(isNow.count) are there, parked or "
                + "listed\(digests)"
        }
    }

    /// Whether a set is another one and what a version fills in.
    ///
    /// - Parameters:
    ///   - others: what of the set is not what the version fills in.
    ///   - moved: what of the set is listed; it may be filled in or not.
    private func isFilled(
        _ set: SetDigest, but others: SetDigest, or moved: SetDigest, from other: SetDigest
    ) -> Bool {
        others == other || others + moved == other
            || other.count > others.count &+ moved.count && other.count <= set.count
    }

    /// The lists stay as they are unless a way down writes them.
    private func backup(_ old: ProofTable, _ new: ProofTable) -> [String] {
        guard let lists = old.lists, let left = new.lists, before.table("runs") == nil || after.table("runs") != nil
        else { return [] }
        guard lists.lists == left.lists else { return ["\(new.name): its run lists are not what they were"] }
        return lists.deleted == left.deleted || before.table("runs") == nil
            ? [] : ["\(new.name): \(lists.deleted.count) elements without a row before, \(left.deleted.count) after"]
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
            let placed = table.written &+ table.alreadyThere &+ table.quarantined
            return placed == table.read ? nil : "\(table.name): \(table.read) rows read, \(placed) placed or listed"
        } + before.tables.flatMap(untouched)
    }

    /// An import adds sessions, runs and memories, and may replace theirs; it touches no other table.
    private func untouched(_ old: ProofTable) -> [String] {
        guard let new = after.table(old.type) else { return ["\(old.name) is gone"] }
        guard ["sessions", "runs", "memories"].contains(old.type) else { return rows(old, new) + columns(old, new) }
        return new.rows < old.rows ? ["\(old.name): \(old.rows) rows before, \(new.rows) after"] : []
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
}
