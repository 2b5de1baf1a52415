import DatabaseAccess
import GRDBSQLite

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Checks of a SQLite file before it is opened.
enum SQLiteFile {
    /// Refuses files that SQLite would refuse with an unclear message or accept by mistake.
    ///
    /// A file that does not exist is not created: a mistyped path must not look like an empty database.
    /// - Throws: ``DatabaseError`` with a message that names the file.
    static func check(_ path: String, forWriting: Bool) throws {
        var info = stat()
        guard stat(path, &info) == 0 else {
            switch errno {
            case ENOENT, ENOTDIR:
                throw DatabaseError(
                    .cannotConnect,
                    "there is no file \(path); check the path (sqlite:///relative.db, sqlite:////absolute.db)")
            case EACCES: throw DatabaseError(.notAuthorised, "no permission to reach \(path)")
            default:
                throw DatabaseError(.cannotConnect, "\(path) cannot be reached: \(String(cString: strerror(errno)))")
            }
        }
        guard info.st_mode & S_IFMT != S_IFDIR else {
            throw DatabaseError(.cannotConnect, "\(path) is a directory, not a SQLite file")
        }
        guard access(path, R_OK) == 0 else {
            throw DatabaseError(.notAuthorised, "no permission to read \(path)")
        }
        if forWriting, access(path, W_OK) != 0 {
            throw DatabaseError(
                .readOnly, "\(path) cannot be written; status, plan and verify work on a read-only file")
        }
        try checkHeader(path, size: Int64(info.st_size))
    }

    /// Checks the file's first 100 bytes (fileformat2.html, 1.3): the magic string and the size in pages.
    private static func checkHeader(_ path: String, size: Int64) throws {
        guard size > 0 else { return }
        let header = readHeader(path)
        let magic = Array("SQLite format 3\0".utf8)
        guard header.count >= 100, Array(header.prefix(16)) == magic else {
            throw DatabaseError(.notADatabase, "\(path) is not a SQLite database, or it is encrypted")
        }
        let rawPageSize = Int64(header[16]) << 8 | Int64(header[17])
        let pageSize = rawPageSize == 1 ? 65536 : rawPageSize
        let pages = header[28..<32].reduce(Int64(0)) { $0 << 8 | Int64($1) }
        let isPageCountValid = Array(header[24..<28]) == Array(header[92..<96])
        // Pages may still be in the write-ahead log, so a shorter file is only damaged without a log.
        if isPageCountValid, size < pages * pageSize, !hasWAL(path), !hasJournal(path) {
            throw DatabaseError(
                .corrupt,
                "\(path) is cut off: it should have \(pages * pageSize) bytes and has \(size); restore it from a backup"
            )
        }
    }

    /// Reads through SQLite instead of a separate descriptor: closing that would release every lock that this process
    /// has on the file (howtocorrupt.html, 2.2).
    private static func readHeader(_ path: String) -> [UInt8] {
        var handle: OpaquePointer?
        defer { sqlite3_close_v2(handle) }
        let flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX
        guard sqlite3_open_v2(path, &handle, flags, nil) == SQLITE_OK else { return [] }
        var file: UnsafeMutablePointer<sqlite3_file>?
        guard sqlite3_file_control(handle, "main", SQLITE_FCNTL_FILE_POINTER, &file) == SQLITE_OK, let file,
            let read = file.pointee.pMethods?.pointee.xRead
        else { return [] }
        var bytes = [UInt8](repeating: 0, count: 100)
        let code = bytes.withUnsafeMutableBytes { read(file, $0.baseAddress, 100, 0) }
        return code == SQLITE_OK ? bytes : []
    }

    /// Whether the file is in write-ahead-log mode (header bytes 18 and 19).
    static func usesWAL(_ path: String) -> Bool {
        let header = readHeader(path)
        return header.count == 100 && header[18] == 2
    }

    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    static func hasWAL(_ path: String) -> Bool { size(resolved(path) + "-wal") > 0 }
    static func hasJournal(_ path: String) -> Bool { size(resolved(path) + "-journal") > 0 }

    /// Whether another process may have the file open in write-ahead-log mode, even with an empty log.
    static func mayHaveLiveWAL(_ path: String) -> Bool {
        let file = resolved(path)
        return size(file + "-wal") > 0 || exists(file + "-wal") && exists(file + "-shm")
    }

    /// The path with symbolic links resolved: SQLite places journal and log beside the file itself, and the migration its
    /// lock.
    static func resolved(_ path: String) -> String {
        guard let real = realpath(path, nil) else { return path }
        defer { free(real) }
        return String(cString: real)
    }

    static func isWritable(_ path: String) -> Bool { access(path, W_OK) == 0 }

    private static func size(_ path: String) -> Int64 {
        var info = stat()
        return stat(path, &info) == 0 ? Int64(info.st_size) : 0
    }
}
