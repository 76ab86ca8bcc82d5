package dev.eider.gateway;

import dev.eider.gateway.flight.FlightConfig;
import dev.eider.warehouse.WarehouseConfig;
import java.time.Duration;

/**
 * Everything a gateway can be told, checked. Immutable.
 *
 * @param flight where Flight listens, and its limits
 * @param insecure whether a listener that other machines reach may go without authentication
 * @param drainTimeout how long running calls may take to finish when the gateway stops
 * @param arrowMemoryBytes Arrow bytes that everything together may hold
 * @param warehouse the warehouse to serve
 */
public record GatewayConfig(
        FlightConfig flight,
        boolean insecure,
        Duration drainTimeout,
        long arrowMemoryBytes,
        WarehouseConfig warehouse) {}
