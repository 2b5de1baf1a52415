import LosslessJSON
import Testing

@Suite("Numbers")
struct NumberTests {
    @Test("A number is an Int64 only when it is written as an integer that fits")
    func integers() {
        #expect(JSONNumber("9223372036854775807")?.int64 == .max)
        #expect(JSONNumber("-9223372036854775808")?.int64 == .min)
        #expect(JSONNumber("-0")?.int64 == 0)
        for other in ["9223372036854775808", "1.0", "1e3", "NaN", "-Infinity"] {
            #expect(JSONNumber(other) != nil)
            #expect(JSONNumber(other)?.int64 == nil)
        }
    }

    @Test("A number is the float Python makes of it")
    func floats() throws {
        #expect(JSONNumber("1.10")?.double == 1.1)
        #expect(JSONNumber("12345678901234567890")?.double == 12_345_678_901_234_567_168)
        #expect(JSONNumber("1E400")?.double == .infinity)
        #expect(JSONNumber("-1e400")?.double == -.infinity)
        #expect(JSONNumber("1e-400")?.double == 0)
        #expect(JSONNumber("-Infinity")?.double == -.infinity)
        #expect(try #require(JSONNumber("NaN")?.double).isNaN)
        #expect(try #require(JSONNumber("-0.0")?.double).sign == .minus)
        #expect(JSONNumber(String(repeating: "9", count: 400))?.double == nil)
    }

    @Test(
        "A number is one JSON number and nothing around it",
        arguments: ["", " 1", "1 ", "01", "0x1", "true", "1,2", "nan"])
    func notNumbers(text: String) {
        #expect(JSONNumber(text) == nil)
    }

    @Test(
        "Floats are written as Python writes them",
        arguments: [
            ("0.0", 0x0000_0000_0000_0000), ("-0.0", 0x8000_0000_0000_0000), ("1.0", 0x3FF0_0000_0000_0000),
            ("0.1", 0x3FB9_9999_9999_999A), ("1e+16", 0x4341_C379_37E0_8000),
            ("1000000000000000.0", 0x430C_6BF5_2634_0000), ("9999999999999998.0", 0x4341_C379_37E0_7FFF),
            ("1.2e+16", 0x4345_50F7_DCA7_0000), ("1.7e+16", 0x434E_32B4_7897_4000),
            ("0.0001", 0x3F1A_36E2_EB1C_432D), ("1e-05", 0x3EE4_F8B5_88E3_68F1),
            ("0.00012345", 0x3F20_2E4B_6CE5_DC68), ("1e+22", 0x4480_F0CF_064D_D592),
            ("1e+21", 0x444B_1AE4_D6E2_EF50), ("123456.789", 0x40FE_240C_9FBE_76C9),
            ("5e-324", 0x0000_0000_0000_0001), ("1.7976931348623157e+308", 0x7FEF_FFFF_FFFF_FFFF),
            ("-1.5", 0xBFF8_0000_0000_0000), ("100.0", 0x4059_0000_0000_0000), ("1e+100", 0x54B2_49AD_2594_C37D),
            ("9007199254740992.0", 0x4340_0000_0000_0000), ("1.8014398509481984e+16", 0x4350_0000_0000_0000),
            ("0.3333333333333333", 0x3FD5_5555_5555_5555), ("-1e-07", 0xBE7A_D7F2_9ABC_AF48),
            ("1e+23", 0x44B5_2D02_C7E1_4AF6), ("-1.996150245444706e-194", 0x97B7_5092_3CEB_3FFD),
            ("7.581454333883296e-148", 0x2163_6369_8B52_9B4A), ("-8.57789382212775e+204", 0xEA7B_5BF5_5EB5_61A4),
            ("3.818526826307957e+276", 0x795B_929E_9A9A_80FD), ("-5.694946403451123e-209", 0x94B2_B8FD_A02F_34A6),
            ("-1.8948713508859093e-178", 0x9B08_923D_10C6_7FD9), ("-1.4204294611674214e+196", 0xE8A8_529F_035E_FA25),
            ("4.1749440189827914e+270", 0x781F_9C58_D664_5FA9), ("-4.64031489464657e-246", 0x8D00_38EC_4265_0644),
            ("3.132872124271458e-72", 0x3116_2427_3BFD_1D33), ("-6.604630556388117e-41", 0xB797_0386_FEE2_9476),
            ("-3.80666497140512e-258", 0x8A7D_43B5_7863_3074),
        ] as [(String, UInt64)])
    func writing(text: String, bits: UInt64) {
        #expect(JSONNumber(Double(bitPattern: bits)).text == text)
        #expect(JSONNumber(text)?.double?.bitPattern == bits)
    }

    @Test("Floats beyond the standard are written as Python writes them")
    func nonFinite() {
        #expect(JSONNumber(Double.nan).text == "NaN")
        #expect(JSONNumber(Double.infinity).text == "Infinity")
        #expect(JSONNumber(-Double.infinity).text == "-Infinity")
        #expect(JSONNumber(UInt64.max).text == "18446744073709551615")
    }

    @Test(
        "Python's if takes these as false",
        arguments: ["null", "false", "0", "-0", "0.0", "-0.0", "0e5", "1e-400", "\"\"", "[]", "{}", "[ ]"])
    func falsy(text: String) throws {
        #expect(try !JSONValue(parsing: text).isTruthy)
    }

    @Test(
        "Python's if takes these as true",
        arguments: [
            "true", "1", "-1", "0.1", "5e-324", "NaN", "Infinity", "1E400", "\"0\"", #""\ud800""#, "[0]", "{\"\":0}",
        ])
    func truthy(text: String) throws {
        #expect(try JSONValue(parsing: text).isTruthy)
        #expect(JSONNumber(String(repeating: "9", count: 400))?.isTruthy == true)
    }
}
