import Foundation
import Testing

@testable import MigrationCore

@Suite("Times as they are written")
struct ClockTests {
    @Test("UTC has a Z, and a fraction only where there is one")
    func utc() {
        #expect(MigrationClock.fixed(0).utc == "1970-01-01T00:00:00Z")
        #expect(MigrationClock.fixed(1_795_395_086).utc == "2026-11-23T00:51:26Z")
        #expect(MigrationClock.fixed(1_709_251_199).utc == "2024-02-29T23:59:59Z")
        #expect(MigrationClock.fixed(1_795_395_086).now == 1_795_395_086)
    }

    @Test("A stamp is local time without zone, microseconds left out when they are zero")
    func localStamp() {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.dateFormat = "yyyy-MM-dd'T'HH:mm:ss"
        for seconds: Int64 in [0, 1_700_000_000, 1_720_000_000] {
            let expected = formatter.string(from: Date(timeIntervalSince1970: Double(seconds)))
            #expect(MigrationClock.fixed(seconds).localStamp == expected)
        }
    }

    @Test("A fraction has six digits, as Python writes it")
    func fraction() throws {
        let pattern = #/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{6})?$/#
        for _ in 0..<1000 {
            let stamp = MigrationClock.system.localStamp
            #expect(stamp.wholeMatch(of: pattern) != nil, "\(stamp)")
            #expect(!stamp.hasSuffix(".000000"))
        }
        #expect(MigrationClock.system.now > 1_700_000_000)
    }
}
