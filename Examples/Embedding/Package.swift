// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "Embedding",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "agno-migrate", path: "../..")],
    targets: [
        .executableTarget(
            name: "Embedding", dependencies: [.product(name: "AgnoMigrate", package: "agno-migrate")])
    ])
