import ServerContract
import Testing

private let contract = ServerContract(PostgreSQLUnderTest())

@Suite("The contract of all servers, on PostgreSQL", .timeLimit(.minutes(30))) struct ContractTests {
    @Test("The dialect reads and writes what it promises", arguments: contract.conformance)
    func conformance(promise: Promise) async throws { try await promise.hold() }

    @Test("Up and down lead where they must", arguments: contract.roundTrips)
    func roundTrips(promise: Promise) async throws { try await promise.hold() }

    @Test("Migrations and applications side by side keep out of each other's way", arguments: contract.locks)
    func locks(promise: Promise) async throws { try await promise.hold() }
}

@Suite("The contract under traffic, on PostgreSQL", .serialized, .timeLimit(.minutes(30))) struct TrafficTests {
    @Test("An application keeps writing", arguments: contract.traffic)
    func traffic(promise: Promise) async throws { try await promise.hold() }
}

@Suite("The contract after kills, on PostgreSQL", .serialized, .timeLimit(.minutes(30))) struct KillTests {
    @Test("The program is killed", arguments: contract.kills)
    func program(promise: Promise) async throws { try await promise.hold() }

    @Test("The program is killed among parked values", arguments: contract.parkedKills)
    func parked(promise: Promise) async throws { try await promise.hold() }

    @Test("The server is killed", arguments: contract.serverKills)
    func server(promise: Promise) async throws { try await promise.hold() }
}
