import AgnoMigrate
import DurabilitySupport
import MigrationCore
import Testing

#if os(Linux)
    import Glibc

    /// A program that has the file open itself must not lose its locks when it asks for the status.
    ///
    /// POSIX takes all locks of a process on a file away as soon as any of its descriptors of that file is closed
    /// (sqlite.org/howtocorrupt.html, 2.2).
    struct SameProcessTests {
        @Test("Looking at a file leaves this process its locks on it", arguments: ["delete", "wal"])
        func lookingFileLeavesProcess(journalMode: String) throws {
            let directory = try TemporaryDirectory()
            let path = directory.file("agno.db")
            try UglyDatabase(journalMode: journalMode, isSmall: true).make(at: path)
            let own = try RawDatabase(path)
            try own.execute("BEGIN IMMEDIATE; UPDATE agno_memories SET input = 'mine'")
            try #require(isLocked(path), "the test cannot see locks")
            _ = try MigrationManager.over(path).status()
            #expect(isLocked(path))
            try own.execute("COMMIT")
        }

        /// Asks with a lock of the other kind, for which this process is a stranger to itself. The descriptor stays open.
        private func isLocked(_ path: String) -> Bool {
            let descriptor = open(path, O_RDWR | O_CLOEXEC)
            var lock = flock()
            lock.l_type = Int16(F_WRLCK)
            lock.l_whence = Int16(SEEK_SET)
            let getOpenFileLock: Int32 = 36
            guard fcntl(descriptor, getOpenFileLock, &lock) == 0 else { return false }
            return lock.l_type != Int16(F_UNLCK)
        }
    }
#endif
