import AgnoSchema
import Crypto
import DatabaseAccess
import LosslessJSON
import SQLDialects

/// Computes the digests of the sessions' run lists, each element by what became of it.
struct ListDigests {
    private let coverage: RunsCoverage

    init(_ coverage: RunsCoverage) { self.coverage = coverage }

    func read(_ interruption: Interruption) throws -> ProofLists {
        var hasher = ItemHasher()
        let reader = RunListReader()
        let prefix = ItemHasher.prefix(table: TableType.sessions.name, column: "runs")
        var result = ProofLists()
        var kept: [String: SetDigest] = [:]
        try coverage.measure { list in
            try interruption.checkpoint()
            let session = ItemHasher.plain(list.sessionID)
            guard let bytes = list.bytes else {
                let key = ItemHasher.fields([list.sessionID])
                if hasher.read(list.value, as: .encodedJSON) { result.lists.insert(hasher.cell(prefix, key: key)) }
                return
            }
            var elements: [SHA256Digest] = []
            try reader.forEachElement(of: bytes) { id, element in
                hasher.read(run: element)
                elements.append(hasher.run(session: session, id: ItemHasher.plain(id)))
            }
            result.lists.insert(hasher.list(session: session, elements))
            for (position, element) in elements.enumerated() {
                result.elements.insert(element)
                switch list.fates[position] {
                case .moved: result.moved.insert(element)
                case .deleted: result.deleted.insert(element)
                case .kept(let reason): kept[reason, default: SetDigest()].insert(element)
                case nil: kept[RunsCoverage.notMoved, default: SetDigest()].insert(element)
                }
            }
        }
        result.kept = kept.sorted { $0.key < $1.key }.map { ProofKept(reason: $0.key, elements: $0.value) }
        return result
    }
}
