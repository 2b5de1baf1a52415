import AgnoSchema
import Testing

@Suite("Values and traits")
struct SQLValueTests {
    @Test("A value is read as text or number only where it is one")
    func reading() {
        #expect(SQLValue.text("7").string == "7")
        #expect(SQLValue.text("7").int == 7)
        #expect(SQLValue.text("7.5").int == nil)
        #expect(SQLValue.integer(7).int == 7)
        #expect(SQLValue.integer(7).string == nil)
        #expect(SQLValue.real(7).int == nil)
        #expect(SQLValue.blob([55]).string == nil)
        #expect(SQLValue.null.isNull)
        #expect(!SQLValue.text("").isNull)
    }

    @Test("What is missing becomes NULL")
    func optionals() {
        #expect(SQLValue(String?.none) == .null)
        #expect(SQLValue(Int64?.none) == .null)
        #expect(SQLValue("") == .text(""))
        #expect(SQLValue(Int64(0)) == .integer(0))
    }

    @Test("Texts of the same characters in other bytes are two, as values, ids and names")
    func equivalentTexts() {
        let texts = ["caf\u{E9}", "cafe\u{301}"]
        #expect(Set(texts).count == 1 && Set(texts.map(SQLValue.text)).count == 2)
        #expect(Set(exact: texts).count == 2 && !Set(exact: [texts[0]]).contains(texts[1]))
        #expect(ExactText(texts[0]) > ExactText(texts[1]) && [ExactText(texts[0]): 1][texts[1]] == nil)
    }

    @Test("On SQLite types are equal when they have one affinity")
    func affinities() {
        let traits = Adapter.sqlite.traits
        for actual in ["VARCHAR", "TEXT", "varchar(128)", "CLOB"] {
            #expect(traits.isEquivalent(actual, to: .identifier))
        }
        for actual in ["BIGINT", "INTEGER", "int8"] { #expect(traits.isEquivalent(actual, to: .bigInteger)) }
        for actual in ["JSON", "JSONB", "NUMERIC"] { #expect(traits.isEquivalent(actual, to: .parsedJSON)) }
        #expect(!traits.isEquivalent("BLOB", to: .json))
        #expect(!traits.isEquivalent("REAL", to: .bigInteger))
        #expect(!traits.isEquivalent("", to: .identifier))
    }

    @Test("Of several declarations the first whose feature the adapter has applies")
    func orderOfVariants() {
        let traits = DatabaseTraits(features: Set(Feature.allCases), spelling: { "\($0)" }, equality: ==)
        for first in Feature.allCases {
            let column = Feature.allCases.filter { $0 != first }.reduce(
                Column.optional("name", .freeText).when(first, type: .text(1))
            ) { $0.when($1, type: .text(2)) }
            #expect(column.resolved(for: traits).type == .text(1), "\(first)")
        }
    }

    @Test("A column is declared as the adapter's feature says")
    func variants() {
        let column = Column.optional("model_provider", .identifier).when(.shortProviderNames, type: .text(50))
        #expect(column.resolved(for: Adapter.singlestore.traits).type == .text(50))
        #expect(column.resolved(for: Adapter.mysql.traits).type == .identifier)
        let name = Column.required("name", .identifier).when(.optionalNames, isNullable: true)
        #expect(name.resolved(for: Adapter.postgres.traits).isNullable)
        #expect(!name.resolved(for: Adapter.sqlite.traits).isNullable)
    }
}
