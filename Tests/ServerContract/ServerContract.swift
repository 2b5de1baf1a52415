import AgnoSchema
import Testing

/// What the engine promises on every server.
///
/// A server conforms to ``ServerUnderTest``, and its suites list the groups below; a promise that is added here is tested
/// on all of them. What is peculiar to a server is in its own suites.
///
/// Conformance of the dialect:
///
/// 1. Every table of every version is read back as it was made.
/// 2. The tables of a neighbour are not taken for the database's own.
/// 3. A name that is too long is shortened at the table's part and stays distinct.
/// 4. Stamps are those that Agno writes, and the journal reports the run.
/// 5. A stamp from the future is refused, and nothing is touched.
///
/// Up and down:
///
/// 6. From every version, up reaches the newest schema, down gives every table and row back, and up finds them again.
/// 7. Down from a fresh newest database to every version leaves a database from which up starts.
/// 8. A plan writes nothing, not even a table of its own, and announces what is done.
/// 9. A database and tables of any name are migrated.
/// 10. Neighbours are not touched.
/// 27. What a table has lost since its migration is repaired, also where its stamp is current.
/// 28. What a 2.x program writes into a list after up is not taken for moved, and down keeps it.
/// 30. What an older schema has no place for is parked by down and put back by up, whatever a 2.x program writes meanwhile.
///
/// Locks:
///
/// 11. Of three processes that come together, one migrates; the others wait and find it done.
/// 12. A process that finds the lock held names the holder, changes nothing, and exits with code 5.
/// 13. Neighbours and other versions tables are not locked.
/// 14. Commands that only read do not wait for the lock.
/// 15. A signal ends the wait for the lock.
/// 16. A transaction that keeps a table is named; the table fails unchanged, and the others are migrated.
/// 17. A table that is released in time is only waited for.
/// 18. Runs that a 2.x program writes during the move are moved too.
/// 19. A killed process gives the lock to one that waits.
/// 20. A database and its neighbours are migrated at the same time.
/// 29. What is written while runs are moved is moved too, whatever the writer's clock says.
///
/// Traffic:
///
/// 21. During an up from 2.0.0 no write of a 2.x program is lost, and none fails.
///
/// Kills of the program:
///
/// 22. An up that was killed before a statement is finished by the next up.
/// 23. A down that was killed before a statement is finished by the next down.
/// 24. An up, and a down, that were killed during a statement are finished by the next.
/// 25. After an up, and a down, that were killed, the owner may go the other way.
/// 31. What an older schema has no place for comes back exactly, wherever the down that parks it, or the up, was killed.
///
/// Kills of the server:
///
/// 26. The run ends with exit code 1 and reports what was done; after a restart the same command finishes.
package struct ServerContract<Server: ServerUnderTest>: Sendable {
    let server: Server

    package init(_ server: Server) { self.server = server }

    private typealias Body = @Sendable (Self) async throws -> Void

    private func promise(_ number: Int, _ sentence: String, _ body: @escaping Body) -> Promise {
        Promise(number: number, testDescription: "\(server.name): \(number). \(sentence)") { try await body(self) }
    }

    private func forEachVersion(
        _ number: Int, _ sentence: String, _ body: @escaping @Sendable (Self, SchemaVersion) async throws -> Void
    ) -> [Promise] {
        SchemaVersion.known.map { version in
            promise(number, "\(sentence) (\(version))") { try await body($0, version) }
        }
    }

    /// Promises 1 to 5.
    package var conformance: [Promise] {
        let names = server.nameLimit.map { limit in
            promise(3, "A name that is too long is shortened at the table's part and stays distinct") { _ in
                Self.shortensNames(limit)
            }
        }
        return forEachVersion(1, "Every table is read back as it was made") { try $0.readsBack($1) }
            + [
                promise(2, "The tables of a neighbour are not taken for the database's own") {
                    try $0.ignoresNeighbours()
                },
                names,
                promise(4, "Stamps are those that Agno writes, and the journal reports the run") { try $0.stamps() },
                promise(5, "A stamp from the future is refused, and nothing is touched") { try $0.refusesTheFuture() },
            ].compactMap { $0 }
    }

    /// Promises 6 to 10, 27, 28 and 30.
    package var roundTrips: [Promise] {
        forEachVersion(6, "Up reaches the newest schema, down gives every table and row back, and up finds them again")
        {
            try $0.goesUpAndDown(from: $1)
        }
            + forEachVersion(7, "Down from a fresh newest database leaves one from which up starts") {
                try $0.goesDownAndUp(to: $1)
            }
            + [
                promise(8, "A plan writes nothing, not even a table of its own, and announces what is done") {
                    try $0.plansWithoutWriting()
                }
            ]
            + ["My-Sess", "select", "a`b'c %s ?1", #"a"b'c %s $1"#, "größe_世界"].map { name in
                promise(9, "A database and tables of any name are migrated (\(name))") { try $0.migrates(named: name) }
            }
            + [
                promise(10, "Neighbours are not touched") { try $0.leavesNeighboursAlone() },
                promise(27, "What a table has lost since is repaired, also where its stamp is current") {
                    try $0.repairsWhatIsLost()
                },
                promise(28, "What a 2.x program writes into a list after up is not taken for moved, and down keeps it")
                {
                    try $0.keepsLateLists()
                },
            ]
            + [SchemaVersion.baseline, SchemaVersion(2, 5, 6)].map { version in
                promise(30, "What \(version) has no place for is parked by down and put back by up") {
                    try $0.parks(goingDownTo: version)
                }
            }
    }

    /// Promises 11 to 20, and 29.
    package var locks: [Promise] {
        [
            promise(11, "Of three processes that come together, one migrates; the others wait and find it done") {
                try $0.letsOneOfThreeMigrate()
            },
            promise(12, "A process that finds the lock held names the holder, changes nothing, and exits with code 5") {
                try $0.namesTheHolder()
            },
            promise(13, "Neighbours and other versions tables are not locked") { try $0.locksNoNeighbours() },
            promise(14, "Commands that only read do not wait for the lock") { try $0.readsBesideTheHolder() },
            promise(15, "A signal ends the wait for the lock") { try $0.stopsWaitingOnASignal() },
            promise(16, "A transaction that keeps a table is named; the table fails unchanged, the others are migrated")
            {
                try $0.namesTheBlocker()
            },
            promise(17, "A table that is released in time is only waited for") { try $0.waitsForATable() },
            promise(18, "Runs that a 2.x program writes during the move are moved too") { try $0.movesLateRuns() },
            promise(19, "A killed process gives the lock to one that waits") { try $0.takesTheLockOfAKilledProcess() },
            promise(20, "A database and its neighbours are migrated at the same time") {
                try $0.migratesNeighboursAtTheSameTime()
            },
            promise(29, "What is written while runs are moved is moved too, whatever the writer's clock says") {
                try $0.movesWhatSlowClocksWrite()
            },
        ]
    }

    /// Promise 21, which needs a quiet machine.
    package var traffic: [Promise] {
        [
            promise(21, "During an up from 2.0.0 no write of a 2.x program is lost, and none fails") {
                try $0.losesNoWrite()
            }
        ]
    }

    /// Promises 22 to 25, to be kept one at a time.
    package var kills: [Promise] {
        let strides = server.killStrides
        return [
            promise(22, "An up that was killed before a statement is finished by the next up") {
                try await $0.finishesAKilledUp()
            },
            promise(23, "A down that was killed before a statement is finished by the next down") {
                try await $0.finishesAKilledDown()
            },
            strides.inside.map { stride in
                promise(24, "An up, and a down, that were killed during a statement are finished by the next") {
                    try await $0.finishesWhatWasKilledInside(stride)
                }
            },
            strides.otherWay.map { stride in
                promise(25, "After an up, and a down, that were killed, the owner may go the other way") {
                    try await $0.goesTheOtherWayAfterAKill(stride)
                }
            },
        ].compactMap { $0 }
    }

    /// Promise 31, to be kept one at a time.
    package var parkedKills: [Promise] {
        [
            promise(31, "What is parked comes back exactly, wherever the down that parks it, or the up, was killed") {
                try await $0.losesNothingParked()
            }
        ]
    }
}

extension ServerContract where Server: KillableServer {
    /// Promise 26, to be kept one at a time.
    package var serverKills: [Promise] {
        [
            promise(26, "The run of a killed server ends with exit code 1 and reports; the same command finishes") {
                try $0.survivesTheServersEnd()
            }
        ]
    }
}

/// One promise of a contract, as an argument of a test.
package struct Promise: Sendable, CustomTestStringConvertible {
    /// Its number in the contract.
    package let number: Int
    package let testDescription: String
    fileprivate let body: @Sendable () async throws -> Void

    /// Fails the test if the promise is broken.
    package func hold() async throws { try await body() }
}
