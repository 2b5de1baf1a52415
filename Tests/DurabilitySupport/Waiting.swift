import Foundation

/// Looks again and again until something is so, on this thread.
///
/// - Throws: when it is not so after a minute; no test waits for ever.
package func waitUntil(_ what: String, _ isSo: () throws -> Bool) throws {
    let end = ContinuousClock.now + .seconds(60)
    while try !isSo() {
        guard ContinuousClock.now < end else { throw FaultRunner.Failure(description: "\(what): not within a minute") }
        usleep(1000)
    }
}
