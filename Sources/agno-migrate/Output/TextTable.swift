/// Rows of cells under a heading, aligned.
struct TextTable {
    /// One cell: a printable text, and its colour, which is applied after its width is known.
    struct Cell {
        let text: String
        let paint: (String) -> String

        init(_ text: String, paint: @escaping (String) -> String = { $0 }) {
            self.text = printable(text)
            self.paint = paint
        }
    }

    private let headings: [String]
    private let rightAligned: Set<Int>
    private var rows: [[Cell]] = []

    /// Makes an empty table; a heading that begins with `>` makes its column right-aligned.
    init(_ headings: String...) {
        rightAligned = Set(headings.indices.filter { headings[$0].hasPrefix(">") })
        self.headings = headings.map { $0.hasPrefix(">") ? String($0.dropFirst()) : $0 }
    }

    mutating func add(_ cells: Cell...) { rows.append(cells) }

    /// The lines of Agno's tables, and the names of the absent ones.
    func lines(_ style: Style, absent: [String]) -> [String] {
        rows.isEmpty ? ["no Agno tables found"] : lines(style) + style.dimmed("absent", absent)
    }

    /// The lines, headings first; columns without any text are omitted.
    func lines(_ style: Style) -> [String] {
        let used = headings.indices.filter { column in rows.contains { column < $0.count && !$0[column].text.isEmpty } }
        let heading = headings.map { Cell($0, paint: style.dim) }
        var widths: [Int: Int] = [:]
        for column in used {
            widths[column] = ([heading] + rows).map { column < $0.count ? $0[column].text.count : 0 }.max() ?? 0
        }
        return ([heading] + rows).map { row in
            var line = ""
            var gap = 0
            for column in used where column < row.count {
                let cell = row[column]
                let padding = (widths[column] ?? 0) - cell.text.count
                let before = rightAligned.contains(column) ? padding : 0
                if !cell.text.isEmpty {
                    line += String(repeating: " ", count: gap + before) + cell.paint(cell.text)
                    gap = 0
                } else {
                    gap += before + cell.text.count
                }
                gap += padding - before + 2
            }
            return line
        }
    }
}
