import AgnoMigrate
import AgnoSchema
import DatabaseAccess
import DurabilitySupport
import MySQLAccess
import SQLDialects
import Testing

@Suite("TLS on MariaDB and MySQL", .timeLimit(.minutes(30))) struct TLSTests {
    /// A server with TLS: its URL by the name in its certificate, and the folder with CAs.
    struct Place: Sendable, CustomTestStringConvertible {
        let server: TestServer
        let url: String
        let files: String

        var testDescription: String { server.testDescription }
        /// The same server by a name that its certificate does not have.
        var otherName: String { url.replacing("localhost", with: "127.0.0.1") }

        static func all() throws -> [Place] {
            var places = [
                Place(
                    server: .mariadb, url: try TestServer.variable("AGNO_TEST_MARIADB_TLS_URL", of: "mariadb-tls"),
                    files: try TestServer.variable("AGNO_TEST_MARIADB_TLS_FILES", of: "mariadb-tls"))
            ]
            if TestServer.all.contains(.mysql) {
                places.append(
                    Place(
                        server: .mysql, url: try TestServer.mysql.url().replacing("127.0.0.1", with: "localhost"),
                        files: try TestServer.variable("AGNO_TEST_MYSQL_FILES", of: "mysql")))
            }
            return places
        }
    }

    private let places: [Place]

    init() throws { places = try Place.all() }

    private func isEncrypted(_ url: String) throws -> Bool {
        try TestServer.driver(url: url, schema: "ai").withConnection(for: .write) { connection in
            let row = try connection.rows(SQLStatement("SHOW SESSION STATUS LIKE 'Ssl_cipher'")).first
            return row?[1].string?.isEmpty == false
        }
    }

    @Test(
        "an encrypted connection, or a plain one, as ssl_mode says in each of its spellings",
        arguments: [
            ("ssl_mode=DISABLED", false), ("sslmode=disable", false), ("ssl_disabled=true", false), ("", true),
            ("ssl_mode=PREFERRED", true), ("ssl_mode=REQUIRED", true), ("ssl=true", true),
            ("ssl_mode=VERIFY_CA&ssl_ca=CA", true), ("ssl_mode=VERIFY_IDENTITY&ssl_ca=CA", true), ("ssl_ca=CA", true),
            ("sslmode=verify-full&ssl_ca=CA", true), ("ssl_ca=CA&ssl_verify_identity=true", true),
        ])
    func modes(options: String, encrypted: Bool) throws {
        for place in places {
            let url = "\(place.url)?\(options.replacing("ssl_ca=CA", with: "ssl_ca=\(place.files)/ca.crt"))"
            #expect(try isEncrypted(url) == encrypted, "\(place) \(url)")
        }
    }

    @Test("a server without TLS gets a plain connection only where that is allowed")
    func serverWithoutTLS() throws {
        let url = try TestServer.mariadb.url()
        for options in ["", "?ssl_mode=PREFERRED", "?ssl_mode=DISABLED"] {
            #expect(try !isEncrypted(url + options))
        }
        let ca = places[0].files + "/ca.crt"
        for options in [
            "ssl_mode=REQUIRED", "ssl=true", "ssl_mode=VERIFY_CA&ssl_ca=\(ca)", "ssl_mode=VERIFY_IDENTITY&ssl_ca=\(ca)",
            "ssl_ca=\(ca)", "sslmode=require",
        ] {
            try Program.expectRefusal("\(url)?\(options)", saying: "does not offer TLS", code: "cannot_connect")
        }
    }

    @Test(
        "a certificate of a CA that is not trusted", arguments: ["ssl_mode=VERIFY_CA", "ssl_mode=VERIFY_IDENTITY", ""])
    func wrongAuthority(mode: String) throws {
        for place in places {
            try Program.expectRefusal(
                "\(place.url)?\(mode)&ssl_ca=\(place.files)/other-ca.crt", saying: "is not signed by a CA of ssl_ca",
                code: "cannot_connect")
        }
    }

    @Test("a certificate for another host name, which only VERIFY_IDENTITY minds")
    func wrongName() throws {
        for place in places {
            let options = "ssl_ca=\(place.files)/ca.crt"
            let result = try Program.run("status", "--db", "\(place.otherName)?ssl_mode=VERIFY_CA&\(options)")
            #expect(result.status == 0, "\(place): \(result.errors)")
            try Program.expectRefusal(
                "\(place.otherName)?ssl_mode=VERIFY_IDENTITY&\(options)", saying: "is for another host name",
                code: "cannot_connect")
        }
    }

    @Test("a CA that nobody named, or a file that is not there", arguments: ["", "&ssl_ca=/no/such/file"])
    func noAuthority(option: String) throws {
        for place in places {
            for mode in ["VERIFY_CA", "VERIFY_IDENTITY"] {
                let words = option.isEmpty ? "the certificate of localhost" : "there is no file with trusted CAs"
                try Program.expectRefusal(
                    "\(place.url)?ssl_mode=\(mode)\(option)", saying: words, code: "cannot_connect")
            }
        }
    }

    @Test("a whole migration over TLS")
    func migration() throws {
        for place in places {
            let url = "\(place.url)?ssl_mode=VERIFY_IDENTITY&ssl_ca=\(place.files)/ca.crt"
            let schema = "agno_test_tls"
            try TestServer.driver(url: place.url, schema: schema).withConnection(for: .write) { connection in
                _ = try connection.execute("DROP DATABASE IF EXISTS \(schema)")
            }
            for arguments in [["sample", "--version", "2.0.0"], ["up"], ["verify"]] {
                let result = try Program.start(arguments + ["--db", url, "--schema", schema]).wait()
                #expect(result.status == 0, "\(place) \(arguments): \(result.errors)")
            }
            try TestServer.driver(url: place.url, schema: schema).withConnection(for: .write) { connection in
                _ = try connection.execute("DROP DATABASE IF EXISTS \(schema)")
            }
        }
    }
}
