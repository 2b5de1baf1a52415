import AgnoMigrate
import AgnoSchema
import DatabaseAccess
import DurabilitySupport
import Foundation
import MySQLAccess
import SQLDialects
import ServerContract
import Testing

@Suite("Reaching a server of the MySQL family", .timeLimit(.minutes(30))) struct ConnectionTests {
    private static let secret = Program.secret

    @Test("a host that does not exist") func host() throws {
        try Program.expectRefusal(
            "mysql://u:\(Self.secret)@no-such-host.invalid/db", saying: "no host of that name", code: "cannot_connect")
    }

    @Test("a port where nothing listens", arguments: ["mysql", "mariadb+pymysql", "mysql+asyncmy"])
    func port(scheme: String) throws {
        try Program.expectRefusal(
            "\(scheme)://u:\(Self.secret)@127.0.0.1:1/db", saying: "nothing listens on 127.0.0.1:1",
            code: "cannot_connect")
    }

    @Test("a wrong password, and none", arguments: TestServer.all) func password(server: TestServer) throws {
        let place = try server.place()
        for credentials in ["agno_password:wr0ng", "agno_password"] {
            try Program.expectRefusal(
                "mysql://\(credentials)@\(place)/mysql", saying: "refused the password of user agno_password",
                code: "not_authorised")
        }
    }

    @Test("the right password, in the URL, as the server's own plugin asks for it", arguments: TestServer.all)
    func rightPassword(server: TestServer) throws {
        // mysql_native_password on MariaDB, caching_sha2_password on MySQL; without TLS the latter asks for the server's key.
        for end in ["", "?ssl_mode=DISABLED"] {
            let result = try Program.run("status", "--db", "mysql://agno_password:secret@\(server.place())/mysql\(end)")
            #expect(result.status == 0, "\(result.errors)")
        }
    }

    @Test(
        "caching_sha2_password asks for the whole password as long as the server has not seen it",
        .enabled(if: TestServer.all.contains(.mysql), "MySQL cannot be had here"),
        arguments: ["", "?ssl_mode=DISABLED"])
    func fullAuthentication(end: String) throws {
        let server = TestServer.mysql
        let user = "sha2_\(UInt32.random(in: 0...UInt32.max))"
        try TestUser.make(user, on: server, rights: [])
        defer { TestUser.drop(user, on: server) }
        // The first time in full, the second time from the server's cache.
        for _ in 1...2 {
            let url = "mysql://\(user):\(TestUser.password)@\(try server.place())/\(end)"
            let result = try Program.run("status", "--db", url)
            #expect(result.status == 0, "\(result.errors)")
        }
        try Program.expectRefusal(
            "mysql://\(user):wr0ng@\(try server.place())/\(end)", saying: "refused the password of user \(user)",
            code: "not_authorised")
    }

    @Test("a password from a file", arguments: TestServer.all) func passwordFile(server: TestServer) throws {
        let folder = try TemporaryDirectory()
        let file = folder.file("password")
        try Data("secret\n".utf8).write(to: URL(filePath: file))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
        let result = try Program.run(
            "status", "--db", "mysql://agno_password@\(server.place())/mysql", "--password-file", file)
        #expect(result.status == 0, "\(result.errors)")
    }

    @Test("host, port, user and password from ~/.my.cnf, where the URL does not say them", arguments: TestServer.all)
    func ownFile(server: TestServer) throws {
        let home = try TemporaryDirectory()
        let url = try DatabaseURL(server.url())
        let port = try #require(url.port)
        let file = home.file(".my.cnf")
        for group in ["client", "agno-migrate"] {
            try Data("[\(group)]\nhost=127.0.0.1\nport=\(port)\nuser=agno_password\npassword=secret\n".utf8)
                .write(to: URL(filePath: file))
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
            for place in ["agno_password@127.0.0.1:\(port)/mysql", "/mysql"] {
                let result = try Program.run("status", "--db", "mysql://\(place)", environment: ["HOME": home.path])
                #expect(result.status == 0, "[\(group)] \(place): \(result.errors)")
            }
        }
        // What the URL says comes first, and only once it is wrong does it fail.
        try Data("[client]\nuser=agno_password\npassword=wr0ng\n".utf8).write(to: URL(filePath: file))
        let result = try Program.run(
            "status", "--db", "mysql://agno_password:secret@127.0.0.1:\(port)/mysql", environment: ["HOME": home.path])
        #expect(result.status == 0, "\(result.errors)")
        let refused = try Program.run(
            "status", "--db", "mysql://agno_password@127.0.0.1:\(port)/mysql", environment: ["HOME": home.path])
        #expect(refused.status == 10)
        #expect(!refused.errors.contains("wr0ng"))
    }

    @Test("a file that read_default_file names", arguments: TestServer.all) func namedFile(server: TestServer) throws {
        let folder = try TemporaryDirectory()
        let file = folder.file("client.cnf")
        try Data("[client]\npassword=secret\n".utf8).write(to: URL(filePath: file))
        let result = try Program.run(
            "status", "--db", "mysql://agno_password@\(server.place())/mysql?read_default_file=\(file)")
        #expect(result.status == 0, "\(result.errors)")
    }

    @Test("a unix socket", arguments: TestServer.all) func socket(server: TestServer) throws {
        let socket = try server.socket()
        let database = try TestDatabase(on: server)
        for place in ["root@localhost/\(database.name)", "root@/\(database.name)"] {
            let result = try Program.run("status", "--db", "mysql://\(place)?unix_socket=\(socket)")
            #expect(result.status == 0, "\(place): \(result.errors)")
        }
        try Program.expectRefusal(
            "mysql://root@localhost/db?unix_socket=/no/such/socket", saying: "nothing listens on /no/such/socket",
            code: "cannot_connect")
    }

    @Test("a database that does not exist, and one that the user may not use", arguments: TestServer.all)
    func names(server: TestServer) throws {
        let place = try server.place()
        try Program.expectRefusal(
            "mysql+pymysql://root@\(place)/no_such_database", saying: "there is no database no_such_database",
            code: "cannot_connect")
        let database = try TestDatabase(on: server)
        let user = "nobody_\(UInt32.random(in: 0...UInt32.max))"
        try TestUser.make(user, on: server, rights: [])
        defer { TestUser.drop(user, on: server) }
        try Program.expectRefusal(
            database.url(of: user), saying: "user \(user) may not use database \(database.name)", code: "not_authorised"
        )
        // The server says the same of a user that does not exist as of a wrong password.
        try Program.expectRefusal(
            "mysql://no_such_user:wr0ng@\(place)/mysql", saying: "refused the password of user no_such_user",
            code: "not_authorised")
    }

    @Test("no database in the URL: Agno's own is ai, or what --schema says", arguments: TestServer.all)
    func noDatabase(server: TestServer) throws {
        let database = try TestDatabase(on: server)
        _ = try database.manager().makeSample(version: .baseline)
        let url = "mysql://root@\(try server.place())"
        for end in ["", "/"] {
            let result = try Program.run("status", "--db", url + end, "--schema", database.name, "--json")
            #expect(result.status == 0, "\(result.errors)")
            #expect(result.output.contains("\"exists\": true"))
        }
        #expect(try Program.run("status", "--db", database.url(), "--schema", "no such", "--json").status == 0)
    }

    @Test("an option that no client knows is a mistake, one of a Python driver is not", arguments: TestServer.all)
    func options(server: TestServer) throws {
        for (option, words) in [
            ("ssl_mod=REQUIRED", "unknown option 'ssl_mod'"), ("ssl_mode=MAYBE", "option ssl_mode must be"),
            ("connect_timeout=soon", "option connect_timeout must be"),
        ] {
            let result = try Program.run("status", "--db", "\(server.url())?\(option)")
            #expect(result.status == 2)
            #expect(result.errors.contains(words), "\(result.errors)")
        }
        let url = "\(try server.url())?charset=utf8mb4&autocommit=true&connect_timeout=5"
        #expect(try Program.run("status", "--db", url).status == 0)
    }

    @Test(
        "something that is not MySQL",
        arguments: [(true, "HTTP/1.1 400 Bad Request\r\n\r\n"), (false, "SSH-2.0-x\r\n"), (false, "")])
    func notMySQL(waits: Bool, answer: String) throws {
        let server = try OtherServer(answer: answer, waits: waits)
        defer { server.stop() }
        try Program.expectRefusal(
            "mysql://u:\(Self.secret)@127.0.0.1:\(server.port)/db?connect_timeout=1",
            saying: "127.0.0.1:\(server.port)",
            code: "cannot_connect")
    }

    @Test(
        "a server that is not what --dialect or the URL says is refused before anything is looked at",
        arguments: TestServer.all)
    func dialect(server: TestServer) throws {
        let database = try TestDatabase(on: server)
        let title = server.testDescription
        let others = ["mariadb", "mysql", "singlestore"].filter { $0 != server.rawValue }
        for other in others {
            try Program.expectRefusal(
                database.url(), ["--dialect", other], saying: "is \(title) ", code: "cannot_connect")
        }
        let singlestore = try database.url().replacing("\(server.rawValue)://", with: "singlestoredb://")
        try Program.expectRefusal(singlestore, saying: "is \(title) ", code: "cannot_connect")
        // A MySQL form means the whole family, and so does MariaDB's.
        for scheme in ["mysql", "mariadb", "mysql+pymysql", "mariadb+asyncmy"] {
            let url = try database.url().replacing("\(server.rawValue)://", with: "\(scheme)://")
            let result = try Program.run("status", "--db", url, "--json")
            #expect(result.status == 0, "\(result.errors)")
            #expect(result.output.contains("\"dialect\": \"\(server.rawValue)\""), "\(result.output)")
        }
        #expect(try Program.run("status", "--db", database.url(), "--dialect", server.rawValue).status == 0)
        #expect(try Program.run("status", "--db", database.url(), "--dialect", "postgresql").status == 2)
    }

    @Test("a server without a free connection", arguments: TestServer.all) func full(server: TestServer) throws {
        let user = "narrow_\(UInt32.random(in: 0...UInt32.max))"
        try TestUser.make(user, on: server, rights: ["SELECT ON *.*"])
        defer { TestUser.drop(user, on: server) }
        try server.connected { _ = try $0.execute("ALTER USER '\(user)'@'%' WITH MAX_USER_CONNECTIONS 1") }
        let url = try server.url().replacing("root@", with: "\(user):\(TestUser.password)@")
        try TestServer.driver(url: url, schema: "ai").withConnection(for: .read) { _ in
            try Program.expectRefusal(url, saying: "has no free connection left", code: "cannot_connect")
        }
    }
}
