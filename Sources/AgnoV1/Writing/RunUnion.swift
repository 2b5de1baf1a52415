import AgnoSchema

/// A run of a session as far as its place in the session's order depends on it.
struct PlacedRun {
    /// Nil for an element of a list that has none.
    var id: String?
    /// Epoch seconds.
    var createdAt: Int64?
}

/// The order of a session's runs of which v1 has some and the target has some; each run is in it once.
///
/// Both orders are kept where they agree. Between two runs that both have, the others follow each other by time; at the same
/// time v1's come first.
struct RunUnion {
    /// Positions of a run in v1 and in the target; at least one of them is not nil.
    struct Place: Hashable {
        var v1: Int?
        var target: Int?
    }

    private(set) var places: [Place] = []

    init(v1: [PlacedRun], target: [PlacedRun]) {
        var positions: [ExactText: Int] = [:]
        for (position, run) in target.enumerated() {
            if let id = run.id, positions[id] == nil { positions[id] = position }
        }
        let matches = v1.map { run in run.id.flatMap { positions[$0] } }
        var partners: [Int: Int] = [:]
        for (position, match) in matches.enumerated() { if let match { partners[match] = position } }
        var waiting: [Int] = []
        var next = 0
        for (position, match) in matches.enumerated() {
            guard let match else {
                waiting.append(position)
                continue
            }
            // A run that the target has earlier was placed there.
            guard match >= next else { continue }
            append(waiting, v1, next..<match, target, partners)
            places.append(Place(v1: position, target: match))
            waiting = []
            next = match + 1
        }
        append(waiting, v1, next..<target.count, target, partners)
    }

    private mutating func append(
        _ v1Positions: [Int], _ v1: [PlacedRun], _ targetPositions: Range<Int>, _ target: [PlacedRun],
        _ partners: [Int: Int]
    ) {
        var rest = v1Positions[...]
        var time = Int64.min
        for position in targetPositions {
            time = target[position].createdAt ?? time
            while let first = rest.first, v1[first].createdAt ?? .min <= time {
                places.append(Place(v1: first))
                rest.removeFirst()
            }
            places.append(Place(v1: partners[position], target: position))
        }
        places += rest.map { Place(v1: $0) }
    }
}

/// What became of the runs of a session that v1 and the target have.
struct UnitedRuns {
    /// The runs among the added ones that got new ids.
    var renamed: [QuarantinedRow]
    /// How many runs only the target has.
    var kept: Int
    /// How many runs only v1 has.
    var added: Int

    /// - Parameter renamed: the runs of the session that have new ids, by their position in v1.
    init(_ union: RunUnion, renamed: [QuarantinedRow]) {
        kept = union.places.count { $0.v1 == nil }
        let positions = Set(union.places.compactMap { $0.target == nil ? $0.v1 : nil })
        added = positions.count
        self.renamed = renamed.filter { $0.position.map(positions.contains) ?? false }
    }
}

/// Whose fields a session has, where v1 and the target have it.
enum Winner {
    case v1, target
}
