enum Suggestion {
    static func nearest(to text: String, among candidates: [String]) -> String? {
        let wanted = Array(text.lowercased())
        guard !wanted.isEmpty, wanted.count <= 64 else { return nil }
        let ranked = candidates.map { (candidate: $0, distance: distance(wanted, Array($0.lowercased()))) }
        guard let best = ranked.min(by: { $0.distance < $1.distance }) else { return nil }
        let isBeginning = wanted.count >= 3 && best.candidate.lowercased().hasPrefix(text.lowercased())
        return best.distance <= max(1, wanted.count / 3) || isBeginning ? best.candidate : nil
    }

    /// `; did you mean 'sessions'?`, or an empty string.
    static func clause(for text: String, among candidates: [String]) -> String {
        nearest(to: text, among: candidates).map { "; did you mean '\($0)'?" } ?? ""
    }

    /// The number of letters to change, add, remove or swap with their neighbour (Damerau–Levenshtein).
    private static func distance(_ left: [Character], _ right: [Character]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for (row, letter) in left.enumerated() {
            var current = [row + 1]
            for (column, other) in right.enumerated() {
                var cost = min(last[column] + (letter == other ? 0 : 1), last[column + 1] + 1, current[column] + 1)
                let isSwap = row > 0 && column > 0 && letter == right[column - 1] && left[row - 1] == other
                if isSwap { cost = min(cost, beforeLast[column - 1] + 1) }
                current.append(cost)
            }
            (beforeLast, last) = (last, current)
        }
        return last.last ?? 0
    }
}
