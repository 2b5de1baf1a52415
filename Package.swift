// swift-tools-version: 6.2
import PackageDescription

/// CI takes warnings for errors (`AGNO_WARNINGS=errors`), in the package's own targets only.
let strictness: [SwiftSetting] =
    Context.environment["AGNO_WARNINGS"] == "errors" ? [.treatAllWarnings(as: .error)] : []

let settings: [SwiftSetting] =
    strictness + [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
    ]

let package = Package(
    name: "agno-migrate",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "AgnoMigrate", targets: ["AgnoMigrate"]),
        .library(name: "AgnoMigrateServer", targets: ["AgnoMigrateServer"]),
    ],
    dependencies: [
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/LebJe/TOMLKit", from: "0.6.0"),
        .package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.5.0"),
        // The service. What Hummingbird takes from swift-configuration is not used.
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.1"),
    ],
    targets: [
        // Values: what the tables are and how they changed. No I/O.
        .target(name: "LosslessJSON", swiftSettings: settings),
        .target(name: "AgnoSchema", dependencies: ["LosslessJSON"], swiftSettings: settings),
        // Dialects: neutral changes become statements. No I/O.
        .target(
            name: "SQLDialects",
            dependencies: ["AgnoSchema", "LosslessJSON", .product(name: "Crypto", package: "swift-crypto")],
            swiftSettings: settings),
        // The contract between the engine and a client library.
        .target(
            name: "DatabaseAccess",
            dependencies: ["SQLDialects", "AgnoSchema"],
            swiftSettings: settings),
        // Look, plan, lower, execute.
        .target(
            name: "MigrationCore",
            dependencies: [
                "AgnoSchema", "SQLDialects", "DatabaseAccess", "LosslessJSON",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: settings),
        // Drivers: one client library each.
        .target(
            name: "SQLiteAccess",
            dependencies: [
                "DatabaseAccess", "SQLDialects", "AgnoSchema",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ],
            swiftSettings: settings),
        .systemLibrary(name: "CLibPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"]), .brew(["libpq"])]),
        .target(
            name: "PostgreSQLAccess",
            dependencies: [
                "CLibPQ", "DatabaseAccess", "SQLDialects", "AgnoSchema",
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: settings),
        .systemLibrary(
            name: "CLibMariaDB", pkgConfig: "libmariadb",
            providers: [.apt(["libmariadb-dev"]), .brew(["mariadb-connector-c"])]),
        .target(
            name: "MySQLAccess",
            dependencies: [
                "CLibMariaDB", "DatabaseAccess", "SQLDialects", "AgnoSchema",
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: settings),
        // From the storage tables of 1.x.
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
        .target(
            name: "AgnoV1",
            dependencies: [
                "AgnoSchema", "SQLDialects", "DatabaseAccess", "MigrationCore", "LosslessJSON", "CZlib",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: settings),
        // The library's face, and the only place that knows all of the above.
        .target(
            name: "AgnoMigrate",
            dependencies: [
                "AgnoSchema", "SQLDialects", "DatabaseAccess", "MigrationCore", "SQLiteAccess",
                "PostgreSQLAccess", "MySQLAccess", "AgnoV1",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: settings),
        // Reports, plans and statuses as JSON: one shape for the command line and the service.
        .target(
            name: "ReportJSON",
            dependencies: ["AgnoMigrate", "LosslessJSON", .product(name: "Crypto", package: "swift-crypto")],
            swiftSettings: settings),
        // The HTTP service, over the library's face.
        .target(
            name: "AgnoMigrateServer",
            dependencies: [
                "AgnoMigrate", "ReportJSON", "LosslessJSON",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HummingbirdTLS", package: "hummingbird"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "JWTKit", package: "jwt-kit"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
            ],
            resources: [
                .embedInCode("Resources/openapi.json"), .embedInCode("Resources/ui.html"),
                .embedInCode("Resources/docs.html"),
            ],
            swiftSettings: settings),
        .executableTarget(
            name: "agno-migrate",
            dependencies: [
                "AgnoMigrate", "AgnoMigrateServer", "ReportJSON", "LosslessJSON",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "TOMLKit", package: "TOMLKit"),
            ],
            swiftSettings: settings),
        // A child process for tests that kill it.
        .executableTarget(
            name: "FaultRunner",
            dependencies: [
                "AgnoMigrate", "AgnoSchema", "SQLDialects", "DatabaseAccess", "MigrationCore",
                .product(name: "Logging", package: "swift-log"),
            ],
            path: "Tests/FaultRunner", swiftSettings: settings),
        // Child processes, and the kill matrix that every server goes through.
        .target(
            name: "DurabilitySupport",
            dependencies: ["AgnoSchema", "DatabaseAccess", "SQLDialects", "MigrationCore", "AgnoV1"],
            path: "Tests/DurabilitySupport",
            swiftSettings: settings),
        // What every server promises, written once.
        .target(
            name: "ServerContract",
            dependencies: [
                "AgnoMigrate", "AgnoSchema", "SQLDialects", "DatabaseAccess", "MigrationCore", "DurabilitySupport",
                .product(name: "Logging", package: "swift-log"),
            ],
            path: "Tests/ServerContract", swiftSettings: settings),
        // Rows of v1: those that 1.8.4 wrote, and random ones.
        .target(
            name: "AgnoV1Support", dependencies: ["AgnoV1", "AgnoSchema", "LosslessJSON"],
            path: "Tests/AgnoV1Support", swiftSettings: settings),
        // What the guides show, compiled and run.
        .testTarget(
            name: "GuideTests",
            dependencies: [
                "AgnoSchema", "SQLDialects", "DatabaseAccess", "MigrationCore", "SQLiteAccess",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: settings),
        .testTarget(
            name: "PostgreSQLTests",
            dependencies: [
                "AgnoMigrate", "AgnoSchema", "SQLDialects", "DatabaseAccess", "MigrationCore", "PostgreSQLAccess",
                "LosslessJSON", "agno-migrate", "FaultRunner", "DurabilitySupport", "ServerContract",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: settings),
        .testTarget(
            name: "MySQLTests",
            dependencies: [
                "AgnoMigrate", "AgnoSchema", "SQLDialects", "DatabaseAccess", "MigrationCore", "MySQLAccess",
                "LosslessJSON", "agno-migrate", "FaultRunner", "DurabilitySupport", "ServerContract",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: settings),
        .testTarget(
            name: "SingleStoreTests",
            dependencies: [
                "AgnoMigrate", "AgnoSchema", "SQLDialects", "DatabaseAccess", "MigrationCore", "MySQLAccess",
                "agno-migrate", "FaultRunner", "DurabilitySupport", "ServerContract",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: settings),
        // What the compiler does not hold: sizes, layers, words. It reads the sources.
        .testTarget(name: "ArchitectureTests", swiftSettings: settings),
        .testTarget(name: "LosslessJSONTests", dependencies: ["LosslessJSON"], swiftSettings: settings),
        .testTarget(
            name: "AgnoSchemaTests", dependencies: ["AgnoSchema", "SQLDialects", "LosslessJSON"],
            swiftSettings: settings),
        .testTarget(
            name: "AgnoV1Tests",
            dependencies: ["AgnoV1", "AgnoV1Support", "CZlib", "AgnoSchema", "LosslessJSON"],
            swiftSettings: settings),
        .testTarget(
            name: "V1DatabaseTests",
            dependencies: [
                "AgnoMigrate", "AgnoV1", "AgnoSchema", "SQLDialects", "DatabaseAccess", "MigrationCore",
                "LosslessJSON",
                "FaultRunner", "DurabilitySupport", .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: settings),
        // Copies from one server to another.
        .testTarget(
            name: "CopyTests",
            dependencies: [
                "AgnoMigrate", "AgnoSchema", "SQLDialects", "DatabaseAccess", "MigrationCore", "LosslessJSON",
                "FaultRunner", "DurabilitySupport", .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: settings),
        .testTarget(
            name: "SQLDialectsTests",
            dependencies: [
                "SQLDialects", "AgnoSchema", "DatabaseAccess", "SQLiteAccess", "PostgreSQLAccess", "MySQLAccess",
            ],
            swiftSettings: settings),
        .testTarget(
            name: "MigrationCoreTests",
            dependencies: [
                "MigrationCore", "AgnoSchema", "SQLDialects", "DatabaseAccess", "SQLiteAccess",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: settings),
        .testTarget(
            name: "DurabilityTests",
            dependencies: [
                "AgnoMigrate", "AgnoSchema", "SQLDialects", "DatabaseAccess", "MigrationCore", "SQLiteAccess",
                "FaultRunner", "DurabilitySupport",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ],
            swiftSettings: settings),
        .testTarget(
            name: "ParityTests",
            dependencies: [
                "AgnoMigrate", "AgnoSchema", "SQLDialects", "DatabaseAccess", "PostgreSQLAccess", "MySQLAccess",
                "AgnoV1", "AgnoV1Support", "LosslessJSON", "ReportJSON", "ServerContract",
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: settings),
        .testTarget(
            name: "ServerTests",
            dependencies: [
                "AgnoMigrateServer", "AgnoMigrate", "LosslessJSON", "agno-migrate", "DurabilitySupport",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdTesting", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "JWTKit", package: "jwt-kit"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: settings),
        .testTarget(
            name: "CommandLineTests",
            dependencies: [
                "agno-migrate", "AgnoMigrate", "MigrationCore", "LosslessJSON",
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: settings),
    ]
)
