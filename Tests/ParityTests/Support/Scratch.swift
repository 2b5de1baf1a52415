import Foundation
import Synchronization

/// A directory, and databases on servers, that go away with their last user, or with the process.
final class Scratch: Sendable {
    let directory: URL
    private let databases = Mutex<[(server: any Server, name: String)]>([])

    private static let root: URL = {
        atexit {
            try? FileManager.default.removeItem(at: Scratch.root)
            // What the sources keep to the end; servers that no test has asked for are not asked here either.
            for server in Scratch.servers.withLock({ $0 }).values {
                for name in (try? server.databases(prefix: Scratch.prefix)) ?? [] { try? server.drop(name) }
            }
            HostileAccount.dropAll()
        }
        return FileManager.default.temporaryDirectory.appending(path: "agno-parity-\(UUID().uuidString)")
    }()

    private static let prefix = "agno_parity_\(ProcessInfo.processInfo.processIdentifier)_"
    private static let servers = Mutex<[Engine: any Server]>([:])

    init() throws {
        directory = Self.root.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: directory)
        for (server, name) in databases.withLock({ $0 }) { try? server.drop(name) }
    }

    /// A path for a file that is not there yet.
    func path(_ name: String) -> String { directory.appending(path: name).path }

    func emptyFile(_ name: String) throws -> URL {
        let url = directory.appending(path: name)
        try Data().write(to: url)
        return url
    }

    /// A database without tables; where it is a file, one of no bytes, which SQLite takes for that.
    func emptyDatabase(_ name: String, on engine: Engine = .sqlite) throws -> String {
        try makeDatabase(on: engine, copyOf: nil) ?? emptyFile(name).path
    }

    /// Makes a database under a name of the caller's, for tests of names.
    func makeDatabase(_ name: String, copyOf template: String?, on server: any Server) throws {
        try server.create(name, copyOf: template)
        databases.withLock { $0.append((server, name)) }
    }

    /// A copy of a database that nobody has open.
    ///
    /// - Parameters:
    ///   - name: what it is called where it is a file.
    ///   - engine: another engine of the same kind, whose URL the copy gets; nil: the same.
    func copy(_ location: String, as name: String = "copy.db", on engine: Engine? = nil) throws -> String {
        if let copy = try makeDatabase(on: engine ?? Engine(of: location), copyOf: location) { return copy }
        let copy = path(name)
        guard !FileManager.default.fileExists(atPath: location + "-wal") else {
            throw SetUpFailure(description: "\(name): the database to be copied is still open")
        }
        try FileManager.default.copyItem(atPath: location, toPath: copy)
        return copy
    }

    /// The URL of a new database; nil for an engine of files.
    private func makeDatabase(on engine: Engine, copyOf template: String?) throws -> String? {
        guard let server = engine.server, let scheme = engine.scheme else { return nil }
        let name = Self.prefix + String(UInt64.random(in: 0 ... .max), radix: 36)
        let url = try server.url(scheme: scheme, database: name)
        Self.servers.withLock { $0[engine.kind] = server }
        try server.create(name, copyOf: template.map { Swift.type(of: server).database(of: $0) })
        databases.withLock { $0.append((server, name)) }
        return url
    }
}

/// What a database holds, to the byte: whatever writes to it changes this.
struct DatabaseState: Equatable {
    /// A file's bytes; empty for a server's database.
    let bytes: Data
    /// The journals that lie beside a file.
    let companions: [String]
    private let rows: [[Cell]]

    init(_ location: String) throws {
        let server = Engine(of: location).server
        rows = try server.map { try $0.state(location, schema: $0.schema(of: location)) } ?? []
        bytes = try server == nil ? Data(contentsOf: URL(filePath: location)) : Data()
        companions = ["-wal", "-shm", "-journal"].filter { FileManager.default.fileExists(atPath: location + $0) }
    }
}
