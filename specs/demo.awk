# The records of the demo, each after its time in milliseconds and a tab: input for sort.
# The same instances at every run; their times are relative to `now` (seconds).

function random() # the minimal standard generator: exact in any awk
{
    seed = (seed * 16807) % 2147483647
    return seed / 2147483647
}

function between(low, high) { return low + random() * (high - low) }

function one_of(list,    parts, count)
{
    count = split(list, parts, "|")
    return parts[1 + int(random() * count)]
}

function json(value)
{
    gsub(/\\/, "\\\\", value)
    gsub(/"/, "\\\"", value)
    return "\"" value "\""
}

# Seconds since 1970 as ISO 8601 in UTC, by the civil calendar.
function iso(time,    seconds, days, left, era, doe, yoe, doy, mp, day, month, year)
{
    seconds = int(time)
    days = int(seconds / 86400)
    left = seconds - days * 86400
    days += 719468
    era = int(days / 146097)
    doe = days - era * 146097
    yoe = int((doe - int(doe / 1460) + int(doe / 36524) - int(doe / 146096)) / 365)
    doy = doe - (365 * yoe + int(yoe / 4) - int(yoe / 100))
    mp = int((5 * doy + 2) / 153)
    day = doy - int((153 * mp + 2) / 5) + 1
    month = mp < 10 ? mp + 3 : mp - 9
    year = yoe + era * 400 + (month <= 2)
    return sprintf("%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", year, month, day, int(left / 3600), int(left / 60) % 60, left % 60, int((time - seconds) * 1000))
}

function emit(time, record) { printf "%.0f\t%s\n", time * 1000, record }

function init(specification, id, time, meta)
{
    emit(time, "{\"op\":\"init\",\"spec\":" json(specification) ",\"id\":" json(id) (meta ? ",\"meta\":" meta : "") ",\"at\":\"" iso(time) "\"}")
}

function step(id, time, action, state)
{
    emit(time, "{\"op\":\"transition\",\"id\":" json(id) ",\"action\":" json(action) ",\"state\":" json(state) ",\"at\":\"" iso(time) "\"}")
}

# Steps "action > state @ seconds; ...": each comes about so many seconds after the one
# before. What would lie in the future has not happened yet. Answers the time of the last.
function walk(id, time, steps,    list, count, i, parts, ahead)
{
    count = split(steps, list, "; *")
    ahead = time
    for (i = 1; i <= count; i++) {
        if (list[i] == "")
            continue
        split(list[i], parts, " *[>@] *")
        ahead += parts[3] * between(0.4, 1.6)
        if (ahead > now - 2)
            continue
        time = ahead
        step(id, time, parts[1], parts[2])
    }
    return time
}

# ---------------------------------------------------------------- orders

function basket(    steps, i)
{
    for (i = int(between(1, 4)); i > 0; i--)
        steps = steps "add item > basket @ 150; "
    if (random() < 0.2)
        steps = steps "remove item > basket @ 60; "
    return steps "checkout > awaiting payment @ 90; "
}

function payment()
{
    if (random() < 0.15)
        return "payment declined > awaiting payment @ 40; pay > paid @ 120; "
    if (random() < 0.12)
        return "change basket > basket @ 50; add item > basket @ 80; checkout > awaiting payment @ 60; pay > paid @ 45; "
    return "pay > paid @ 55; "
}

function delivery(    luck)
{
    luck = random()
    if (luck < 0.06)
        return "cancel > refund due @ 600; refund > refunded @ 3000"
    if (luck < 0.10)
        return "pack > packed @ 900; cancel > refund due @ 600; refund > refunded @ 2400"
    if (luck < 0.14)
        return "pack > packed @ 900; hand over > on the road @ 1500; refused at the door > refund due @ 1700; refund > refunded @ 3600"
    if (luck < 0.22)
        return "pack > packed @ 900; hand over > on the road @ 1500; nobody home > at the depot @ 1800; collect > delivered @ 5400"
    if (luck < 0.27)
        return "pack > packed @ 900; hand over > on the road @ 1500; nobody home > at the depot @ 1800; hand over > on the road @ 4500; deliver > delivered @ 1500"
    if (luck < 0.29)
        return "pack > packed @ 900; hand over > on the road @ 1500; nobody home > at the depot @ 1800; send back > refund due @ 7000; refund > refunded @ 2400"
    return "pack > packed @ 900; hand over > on the road @ 1500; deliver > delivered @ 1800"
}

function customer()
{
    return sprintf("{\"customer\":%d,\"city\":\"%s\",\"total\":%d.%02d}", between(1000, 9999), one_of("Utrecht|Ghent|Malmö|Kraków|Cork|Torino"), between(8, 180), between(0, 99))
}

function orders(    i, id, start, today)
{
    today = int(now / 86400) * 86400
    for (i = 1001; i <= 1090; i++) {
        id = "order-" i
        # Over by now, or begun within the last three hours.
        start = i <= 1072 ? today - 86400 * int(between(1, 8)) + between(6, 17) * 3600 : now - between(60, 10800)
        if (i == 1042) {
            # Packed yesterday, and then nobody came to fetch it.
            start = now - 26.6 * 3600
            init("Order", id, start, "{\"customer\":4711,\"city\":\"Utrecht\",\"total\":39.90,\"note\":\"birthday present, please be on time\"}")
            walk(id, start, "add item > basket @ 120; checkout > awaiting payment @ 80; pay > paid @ 60; pack > packed @ 900")
            continue
        }
        init("Order", id, start, customer())
        if (i == 1017) # called off when it was on the road: nobody foresaw that
            walk(id, start, basket() "pay > paid @ 55; pack > packed @ 900; hand over > on the road @ 1500; cancel > cancelled @ 600")
        else if (i == 1058) # left the house unpaid
            walk(id, start, basket() "pack > packed @ 700; hand over > on the road @ 1500; deliver > delivered @ 1800")
        else if (random() < 0.06)
            walk(id, start, "add item > basket @ 200; abandon > cancelled @ 5400")
        else if (random() < 0.05)
            walk(id, start, basket() "cancel > cancelled @ 500")
        else
            walk(id, start, basket() payment() delivery())
    }
    # A name that is legal, and a trial for whoever prints it.
    id = "order-🍣-寿司-\"O'Neill\""
    start = now - 2400
    init("Order", id, start, "{\"customer\":\"Zoë \\\"Zo\\\" O'Neill\",\"city\":\"大阪\",\"total\":58.00,\"items\":[\"🍣\",\"🍵\"]}")
    walk(id, start, "add item > basket @ 100; checkout > awaiting payment @ 60; pay > paid @ 40; pack > packed @ 700")
}

# ------------------------------------------------------------------- TCP

function connection(    luck)
{
    luck = random()
    if (luck < 0.35)
        return "active OPEN > SYN-SENT @ 1; rcv SYN,ACK > ESTABLISHED @ 1; CLOSE > FIN-WAIT-1 @ 400; rcv ACK of FIN > FIN-WAIT-2 @ 1; rcv FIN > TIME-WAIT @ 2; timeout 2MSL > CLOSED @ 120"
    if (luck < 0.70)
        return "passive OPEN > LISTEN @ 1; rcv SYN > SYN-RECEIVED @ 900; rcv ACK of SYN > ESTABLISHED @ 1; rcv FIN > CLOSE-WAIT @ 600; CLOSE > LAST-ACK @ 3; rcv ACK of FIN > CLOSED @ 1"
    if (luck < 0.78)
        return "active OPEN > SYN-SENT @ 1; rcv SYN,ACK > ESTABLISHED @ 1; CLOSE > FIN-WAIT-1 @ 300; rcv FIN > CLOSING @ 1; rcv ACK of FIN > TIME-WAIT @ 1; timeout 2MSL > CLOSED @ 120"
    if (luck < 0.88)
        return "active OPEN > SYN-SENT @ 1; rcv SYN,ACK > ESTABLISHED @ 1; CLOSE > FIN-WAIT-1 @ 200; rcv FIN,ACK > TIME-WAIT @ 1; timeout 2MSL > CLOSED @ 120"
    if (luck < 0.92)
        return "active OPEN > SYN-SENT @ 1; rcv SYN > SYN-RECEIVED @ 1; rcv ACK of SYN > ESTABLISHED @ 1; rcv FIN > CLOSE-WAIT @ 900; CLOSE > LAST-ACK @ 5; rcv ACK of FIN > CLOSED @ 1"
    if (luck < 0.96)
        return "active OPEN > SYN-SENT @ 1; CLOSE > CLOSED @ 75"
    return "passive OPEN > LISTEN @ 1; SEND > SYN-SENT @ 60; rcv SYN,ACK > ESTABLISHED @ 1; rcv FIN > CLOSE-WAIT @ 700; CLOSE > LAST-ACK @ 2; rcv ACK of FIN > CLOSED @ 1"
}

function connections(    i, id, start)
{
    for (i = 1; i <= 52; i++) {
        id = sprintf("192.0.2.10:%d-198.51.100.%d:%d", one_of("443|8883|5432"), between(2, 250), between(32768, 60999))
        start = now - (i <= 40 ? between(4000, 150000) : between(5, 1200))
        init("TCP", id, start)
        if (i == 13 || i == 31) # the diagram knows no resets
            walk(id, start, "active OPEN > SYN-SENT @ 1; rcv SYN,ACK > ESTABLISHED @ 1; rcv RST > CLOSED @ 900")
        else if (i == 22) # never closed by the program: a leak
            walk(id, start, "passive OPEN > LISTEN @ 1; rcv SYN > SYN-RECEIVED @ 30; rcv ACK of SYN > ESTABLISHED @ 1; rcv FIN > CLOSE-WAIT @ 120")
        else
            walk(id, start, connection())
    }
}

# ------------------------------------------------------ circuit breakers

# They live for days: closed most of the time, now and then a bad quarter of an hour.
function breaker(id, time, bad,    i, calls)
{
    init("CircuitBreaker", id, time, "{\"timeout_ms\":" int(between(2, 30)) * 100 "}")
    for (i = 0; i < bad; i++) {
        for (calls = int(between(2, 6)); calls > 0; calls--)
            time = walk(id, time, (random() < 0.7 ? "call succeeded" : "call failed") " > closed @ 4000")
        time = walk(id, time, "call failed > closed @ 30; call failed > closed @ 2; trip > open @ 1; reject > open @ 2; __internal__ > cooling down @ 1; reject > cooling down @ 5; reset timeout > half-open @ 30; probe > probing @ 3")
        if (random() < 0.4)
            time = walk(id, time, "reject > probing @ 1; probe failed > open @ 1; __internal__ > cooling down @ 1; reset timeout > half-open @ 30; probe > probing @ 3")
        time = walk(id, time, "probe succeeded > clearing counters @ 1; __internal__ > closed @ 1")
    }
    walk(id, time, "call succeeded > closed @ 600")
}

function breakers(    i, names, count, id)
{
    count = split("search|recommendations|mail|geocoder|warehouse|invoices|currency-rates|reviews", names, "|")
    for (i = 1; i <= count; i++)
        breaker("breaker/" names[i], now - between(2, 4) * 86400, int(between(2, 7)))
    # This one has just tripped.
    id = "breaker/payment-gateway"
    init("CircuitBreaker", id, now - 7000, "{\"timeout_ms\":800}")
    walk(id, now - 7000, "call succeeded > closed @ 2000; call succeeded > closed @ 2000; call failed > closed @ 300; call failed > closed @ 1; trip > open @ 1; reject > open @ 1; __internal__ > cooling down @ 1; reject > cooling down @ 2")
}

# ------------------------------------------------------------------ MQTT

function message(    luck, steps)
{
    luck = random()
    steps = "send PUBLISH > awaiting PUBREC @ 1; "
    if (luck < 0.06)
        return steps "recv PUBREC error > refused @ 1"
    if (luck < 0.25)
        steps = steps "send PUBLISH dup > awaiting PUBREC again @ 20; "
    if (luck < 0.12)
        steps = steps "send PUBLISH dup > awaiting PUBREC again @ 20; "
    steps = steps "recv PUBREC > received @ 1; send PUBREL > awaiting PUBCOMP @ 1; "
    if (random() < 0.15)
        steps = steps "send PUBREL > awaiting PUBCOMP @ 20; "
    if (random() < 0.08)
        steps = steps "recv PUBREC > received @ 1; send PUBREL > awaiting PUBCOMP @ 1; "
    return steps "recv PUBCOMP > complete @ 1"
}

function messages(    i, id, start)
{
    for (i = 1; i <= 48; i++) {
        id = sprintf("sensor-%02d/message-%d", 1 + i % 7, 40960 + i)
        start = now - (i <= 44 ? between(300, 36000) : between(2, 6))
        init("MqttQos2Sender", id, start, sprintf("{\"topic\":\"plant/%s/temperature\"}", one_of("north|south|roof|basement")))
        if (i == 19 || i == 37) # not in the model, but it makes no difference
            walk(id, start, "send PUBLISH > awaiting PUBREC @ 1; send PUBLISH dup > awaiting PUBREC again @ 15; send PUBLISH dup > awaiting PUBREC @ 15; recv PUBREC > received @ 1; send PUBREL > awaiting PUBCOMP @ 1; recv PUBCOMP > complete @ 1")
        else
            walk(id, start, message())
    }
}

# ---------------------------------------------------------- transactions

function transaction(    luck)
{
    luck = random()
    if (luck < 0.08)
        return "abort alone > aborted @ 4"
    if (luck < 0.18)
        return "recv prepare > voting @ 2; vote no > aborted @ 1"
    if (luck < 0.30)
        return "recv prepare > voting @ 2; vote yes > prepared @ 1; recv abort > rolling back @ 1; acknowledge > aborted @ 1"
    return "recv prepare > voting @ 2; vote yes > prepared @ 1; recv commit > committing @ 1; acknowledge > committed @ 1"
}

function transactions(    i, id, start)
{
    for (i = 7701; i <= 7740; i++) {
        id = "tx-" i
        start = now - between(600, 5 * 86400)
        if (i == 7731) # the coordinator died: in doubt, and asking for 40 minutes
            start = now - 2600
        init("TwoPhaseCommit", id, start, sprintf("{\"coordinator\":\"node-%d\"}", between(1, 4)))
        if (i == 7731)
            walk(id, start, "recv prepare > voting @ 2; vote yes > prepared @ 1; coordinator silent > in doubt @ 30; ask the others > in doubt @ 30; ask the others > in doubt @ 60")
        else
            walk(id, start, transaction())
    }
}

# --------------------------------------------------------- subscriptions

function subscription(    luck, steps, i)
{
    if (random() < 0.15)
        return "expire > ended @ 1209600"
    steps = "convert > active @ 800000; "
    for (i = int(between(0, 3)); i > 0; i--)
        steps = steps "renew > active @ 2592000; "
    luck = random()
    if (luck < 0.15)
        return steps "payment_failed > past_due @ 900000; payment_recovered > active @ 200000; renew > active @ 2592000"
    if (luck < 0.25)
        return steps "payment_failed > past_due @ 900000; retry_failed > past_due @ 86400; give_up > ended @ 259200"
    if (luck < 0.40)
        return steps "cancel > cancelling @ 700000; period_over > ended @ 1200000"
    if (luck < 0.50)
        return steps "pause > paused @ 500000; resume > active @ 900000; renew > active @ 2592000"
    return steps
}

function subscriptions(    i, id, start)
{
    for (i = 1; i <= 36; i++) {
        id = sprintf("sub_%04d", 300 + i * 7)
        start = now - between(3, 85) * 86400
        init("Elixir.Shop.Subscription", id, start, sprintf("{\"plan\":\"%s\"}", one_of("basic|family|student")))
        walk(id, start, subscription())
    }
}

# ---------------------------------------------------------------- mocked

function mock(specification, id, state, meta)
{
    emit(now, "{\"op\":\"mock\",\"spec\":" json(specification) ",\"id\":" json(id) ",\"state\":" json(state) (meta ? ",\"meta\":" meta : "") "}")
}

BEGIN {
    seed = 20260131
    now += 0
    orders()
    connections()
    breakers()
    messages()
    transactions()
    subscriptions()
    mock("Order", "try-refund", "refund due", "{\"why\":\"to debug the refund from here\"}")
    mock("Order", "try-depot", "at the depot")
    mock("TwoPhaseCommit", "try-in-doubt", "in doubt")
    mock("TCP", "try-simultaneous-close", "CLOSING") # the last one: specs/demo looks for it
}
