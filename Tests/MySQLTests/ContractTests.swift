import ServerContract
import Testing

private let contracts = TestServer.all.map { ServerContract($0) }

@Suite("The contract of all servers, on MariaDB and MySQL", .timeLimit(.minutes(30))) struct ContractTests {
    @Test("MySQL is tested as well", .enabled(if: TestServer.all.contains(.mysql), "MySQL cannot be had here"))
    func servers() { #expect(TestServer.all == [.mariadb, .mysql]) }

    @Test("The dialect reads and writes what it promises", arguments: contracts.flatMap(\.conformance))
    func conformance(promise: Promise) async throws { try await promise.hold() }

    @Test("Up and down lead where they must", arguments: contracts.flatMap(\.roundTrips))
    func roundTrips(promise: Promise) async throws { try await promise.hold() }

    @Test(
        "Migrations and applications side by side keep out of each other's way", arguments: contracts.flatMap(\.locks))
    func locks(promise: Promise) async throws { try await promise.hold() }
}

@Suite("The contract under traffic, on MariaDB and MySQL", .serialized, .timeLimit(.minutes(30))) struct TrafficTests {
    @Test("An application keeps writing", arguments: contracts.flatMap(\.traffic))
    func traffic(promise: Promise) async throws { try await promise.hold() }
}

@Suite("The contract after kills, on MariaDB and MySQL", .serialized, .timeLimit(.minutes(30))) struct KillTests {
    @Test("The program is killed", arguments: contracts.flatMap(\.kills))
    func program(promise: Promise) async throws { try await promise.hold() }

    @Test("The program is killed among parked values", arguments: contracts.flatMap(\.parkedKills))
    func parked(promise: Promise) async throws { try await promise.hold() }

    @Test("The server is killed", arguments: contracts.flatMap(\.serverKills))
    func server(promise: Promise) async throws { try await promise.hold() }
}
