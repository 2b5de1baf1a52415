import AgnoSchema
import Testing

@Suite("Fingerprints of stored values")
struct FingerprintTests {
    @Test("Equal values have equal fingerprints, text and its bytes alike")
    func equality() {
        #expect(Fingerprint.of(.text("[]")) == Fingerprint.of(.text("[]")))
        #expect(Fingerprint.of(.text("[]")) == Fingerprint.of(.blob([0x5B, 0x5D])))
    }

    @Test("They are the same in every process and release, because they are stored")
    func pinned() {
        #expect(Fingerprint.of(.null) == "null")
        #expect(Fingerprint.of(.integer(-7)) == "i:-7")
        #expect(Fingerprint.of(.real(1.5)) == "r:1.5")
        #expect(Fingerprint.of(.text("")) == "0:26ef5b23185b5393")
        #expect(Fingerprint.of(.text(#"[{"run_id": "r1"}]"#)) == "18:e4bff731c52c66db")
    }

    @Test("Any single changed, added, removed or exchanged byte is noticed")
    func sensitivity() {
        for length in [0, 1, 7, 8, 9, 16, 23, 64, 1000] {
            let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ 5) }
            var seen: Set<String> = [Fingerprint.of(.blob(bytes))]
            #expect(seen.insert(Fingerprint.of(.blob(bytes + [0]))).inserted)
            if length > 0 { #expect(seen.insert(Fingerprint.of(.blob(Array(bytes.dropLast())))).inserted) }
            for position in 0..<length {
                var changed = bytes
                changed[position] ^= 1
                #expect(seen.insert(Fingerprint.of(.blob(changed))).inserted, "byte \(position) of \(length)")
            }
            if length >= 16 {
                var exchanged = bytes
                exchanged.swapAt(0, 8)
                #expect(seen.insert(Fingerprint.of(.blob(exchanged))).inserted)
            }
        }
    }

    @Test("Kinds do not look alike")
    func kinds() {
        let values: [SQLValue] = [.null, .integer(1), .real(1), .text("1"), .text("null"), .text("i:1")]
        #expect(Set(values.map { Fingerprint.of($0) }).count == values.count)
    }
}
