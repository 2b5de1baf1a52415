import AgnoSchema
import Testing

@testable import SQLDialects

@Suite("Names on MySQL that leave no room for those that the server makes of them")
struct LongNameTests {
    private let dialect = MySQLDialect(server: .unknown, schema: nil)

    /// The statement that makes a runs table of a name with so many characters.
    private func runsTable(_ count: Int) throws -> String {
        let names = TableNames([.runs: String(repeating: "r", count: count)])
        let context = SchemaContext(traits: dialect.traits, names: names)
        let shape = TableDefinition.baseline(.runs, for: dialect.traits).shape(in: context, named: names[.runs])
        return try #require(dialect.create(shape, named: names[.runs]).first).sql
    }

    @Test("A foreign key has the server's own name if that fits, and a shortened one if it does not")
    func foreignKey() throws {
        #expect(try !runsTable(57).contains("CONSTRAINT"))
        let long = try runsTable(58)
        let name = try #require(long.firstMatch(of: /CONSTRAINT `(r+_[0-9a-f]{8}_ibfk_1)` FOREIGN KEY/)).1
        #expect(name.count == 64)
    }

    @Test("A table that is parked or recreated leaves room for the keys that are renamed with it", arguments: 1...64)
    func renamed(_ count: Int) {
        let table = String(repeating: "t", count: count)
        let names = [MySQLNames.parked(table), MySQLNames.successor(table)]
        #expect(names.allSatisfy { ($0 + "_ibfk_12").count <= 64 && $0 != table })
        #expect(Set(names).count == 2)
    }
}
