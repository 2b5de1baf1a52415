import Testing

@testable import AgnoV1

@Suite("The union of two lists of runs")
struct RunUnionTests {
    /// Runs by their ids, each with its time: `a1` is the run a at the time 1; `?` has no id, `a` no time.
    private func runs(_ text: String) -> [PlacedRun] {
        text.split(separator: " ").map { word in
            PlacedRun(id: word.first == "?" ? nil : String(word.prefix(1)), createdAt: Int64(word.dropFirst()))
        }
    }

    @Test(
        "Each run is in it once, in the order of both, by time between common ones, v1 first at the same time",
        arguments: [
            ("", "", ""), ("a1 b2", "", "a b"), ("", "x1 y2", "X Y"), ("a1 c3", "b2 d4", "a B c D"),
            ("a1 b1", "x1 y1", "a b X Y"), ("a1 b2", "a1 x9", "aA b X"), ("a1 b9", "a1 x5", "aA X b"),
            ("a1 b2 c3", "c3 b2 x9", "a cC bB X"), ("a5 b6", "?1 a5 ?9", "? aA b ?"), ("b2 a1", "x1", "X b a"),
            ("a9 b1", "x b3", "X a bB"), ("a1", "a1 a1", "aA A"),
        ])
    func union(v1: String, target: String, expected: String) {
        let (left, right) = (runs(v1), runs(target))
        let union = RunUnion(v1: left, target: right)
        let words = union.places.map { place in
            (place.v1.flatMap { left[$0].id } ?? "") + (place.target.map { right[$0].id?.uppercased() ?? "?" } ?? "")
        }
        #expect(words.joined(separator: " ") == expected)
        #expect(Set(union.places.compactMap(\.v1)).count == left.count)
        #expect(Set(union.places.compactMap(\.target)).count == right.count)
    }

    @Test("Ids of the same characters in other bytes are two")
    func equivalentIDs() {
        let union = RunUnion(v1: [PlacedRun(id: "caf\u{E9}")], target: [PlacedRun(id: "cafe\u{301}")])
        #expect(union.places.count == 2)
    }
}
