import Testing

@Suite("The reader of Swift sources")
struct ParserTests {
    @Test("Comments and strings are taken out of the code, interpolations are not")
    func literals() {
        let text = SwiftText(
            ##"""
            let a = "no // comment \(call("inner { \"", /* gone { */ b)) end" // func gone() {
            let b = #"raw \n " \(not) \#(code { $0 }) "# /* nested /* twice */ still */ + c
            let d = """
                func notAFunction() {
                "quoted" \(e ? "yes" : "no")
                """
            """##)
        #expect(text.codeLines[0].contains("call(") && text.codeLines[0].contains(" b)"))
        #expect(!text.codeLines[0].contains("{") && !text.codeLines[0].contains("gone"))
        #expect(text.codeLines[1].contains("code { $0 }") && text.codeLines[1].hasSuffix("+ c"))
        #expect(!text.codeLines[1].contains("not") && !text.codeLines[1].contains("still"))
        #expect(!text.codeLines[3].contains("func") && text.codeLines[4].contains("e ?"))
        #expect(
            text.literals.map(\.text) == [
                "inner { \"", "no // comment  end", "raw \\n \" \\(not)  ", "yes", "no",
                "\n    func notAFunction() {\n    \"quoted\" \n    ",
            ])
        #expect(text.literals.map(\.line) == [1, 1, 2, 5, 5, 3])
        #expect(text.comments.map(\.text) == ["/* gone { */", "// func gone() {", "/* nested /* twice */ still */"])
    }

    @Test("A body reaches from its first line to its closing brace")
    func bodies() {
        let text = SwiftText(
            #"""
            protocol P {
                func required(_ x: Int) -> Bool
                var both: Int { get }
                init(text: String)
            }
            struct S {
                var stored: Int
                var filled = [1].map { $0 + 1 }
                init?(_ x: [Int] = { [1] }()) {
                    self.init(stored: 1)
                }
                static func == (l: S, r: S) -> Bool { true }
                func long<T: Sequence>(
                    _ x: (Int) -> Void = { _ in },
                    y: String = "}"
                ) throws(E) -> [T.Element] where T: Sendable
                {
                    // }
                    let text = "} \(x { 1 })"
                    if var stored { stored += 1 }
                    func inner() {
                    }
                }
                subscript(i: Int) -> Int {
                    get { 1 }
                    set { }
                }
                struct Inner { deinit { } }
            }
            """#)
        let found = text.bodies.map { "\($0.name) \($0.line) \($0.lineCount)" }
        #expect(
            found == [
                "both 3 1", "init 9 3", "= 12 1", "long 13 11", "inner 21 2", "subscript 24 4", "deinit 28 1",
            ])
    }

    @Test("A switch knows its own labels, not those of what it holds")
    func switches() {
        let text = SwiftText(
            """
            switch a {
            case .one, .two(let x) where x.three == .four: break
            case .five:
                switch b {
                case .six: 1
                default: 2
                }
            case nil:
                if case .seven = c { d(default: 1) }
            }
            """)
        #expect(text.switches.map(\.hasDefault) == [false, true])
        #expect(text.switches[0].cases.isSuperset(of: ["one", "two", "five"]))
        #expect(text.switches[0].cases.isDisjoint(with: ["six", "seven"]))
        #expect(text.switches[1].cases == ["six"])
    }

    @Test("The checkout is where the tests look for it")
    func project() {
        #expect(Project.sources.count > 100 && Project.tests.count > 100)
        #expect(Project.sources.allSatisfy { !$0.text.isEmpty && !$0.swift.bodies.contains { $0.lineCount < 1 } })
        let longest = Project.sources.flatMap { $0.swift.bodies.map(\.lineCount) }.max() ?? 0
        #expect(longest > 20)
    }
}
