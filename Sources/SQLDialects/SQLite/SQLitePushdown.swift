extension SQLiteDialect {
    package func runsPushdown(_ request: RunsPushdown) -> SQLStatement? { nil }
}
