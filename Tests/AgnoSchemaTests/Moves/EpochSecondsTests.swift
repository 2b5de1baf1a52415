import AgnoSchema
import Foundation
import Testing

@Suite("Times in ISO 8601")
struct EpochSecondsTests {
    @Test(
        "Reads dates, times, fractions and offsets",
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("1970-01-01", 0), ("1969-12-31T23:59:59Z", -1),
            ("2024-01-01T00:00:00Z", 1_704_067_200), ("2024-01-01T00:00:00", 1_704_067_200),
            ("2024-01-01 00:00:00", 1_704_067_200), ("2024-01-01T00:00:00z", 1_704_067_200),
            ("2024-01-01T00:00", 1_704_067_200), ("2024-01-01T00:00:00.999999", 1_704_067_200),
            ("2024-01-01T00:00:00,5Z", 1_704_067_200), ("2024-01-01T00:00:00.1+00:00", 1_704_067_200),
            ("2024-01-01T02:30:00+02:30", 1_704_067_200), ("2024-01-01T02:30:00+0230", 1_704_067_200),
            ("2024-01-01T02:00:00+02", 1_704_067_200), ("2023-12-31T19:00:00-05:00", 1_704_067_200),
            ("2024-02-29", 1_709_164_800), ("2000-02-29T12:00:00Z", 951_825_600),
            ("2026-11-23T00:51:26.018555", 1_795_395_086), ("0001-01-01T00:00:00Z", -62_135_596_800),
            ("9999-12-31T23:59:59Z", 253_402_300_799),
        ] as [(String, Int64)])
    func reads(_ text: String, _ seconds: Int64) {
        #expect(EpochSeconds(iso8601: text)?.value == seconds)
    }

    @Test(
        "Refuses what is no time",
        arguments: [
            "", "now", "2024", "2024-01", "2024-1-1", "20240101", "2024-13-01", "2024-00-10", "2024-01-00",
            "2024-01-32",
            "2023-02-29", "2024-02-30", "2024-04-31", "1900-02-29", "2024-01-01T", "2024-01-01T24:00:00",
            "2024-01-01T00",
            "2024-01-01T00:60", "2024-01-01T00:00:61", "2024-01-01T00:00:00.", "2024-01-01T00:00:00X",
            "2024-01-01T00:00:00Z ", " 2024-01-01", "2024-01-01Z", "2024-01-01T00:00:00+2", "2024-01-01T00:00:00+",
            "2024-01-01T00:00:00+02:", "2024-01-01T00:00:00+02:60", "2024-01-01T00:00:00+24:00",
            "2024-01-01T00:00:00ZZ",
            "２０２４-01-01",
        ])
    func refuses(_ text: String) {
        #expect(EpochSeconds(iso8601: text) == nil)
    }

    @Test("Agrees with the calendar on every day of four centuries")
    func calendar() throws {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = try #require(TimeZone(secondsFromGMT: 0))
        func digits(_ number: Int, _ count: Int) -> String {
            let text = String(number)
            return String(repeating: "0", count: count - text.count) + text
        }
        for day in stride(from: -62_000, to: 84_000, by: 13) {
            let date = Date(timeIntervalSince1970: Double(day) * 86_400)
            let parts = calendar.dateComponents([.year, .month, .day], from: date)
            let year = try #require(parts.year)
            let month = try #require(parts.month)
            let number = try #require(parts.day)
            let text = "\(digits(year, 4))-\(digits(month, 2))-\(digits(number, 2))"
            #expect(EpochSeconds(iso8601: text)?.value == Int64(day) * 86_400, "\(text)")
        }
    }
}
