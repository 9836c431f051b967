/**
 * The variable by which every Seedbed that tests, benchmarks and fuzz runs start is kept out of the DHT of the world, in this process and
 * in those that it starts. Whoever tests the DHT turns it on for a node on loopback, with nodes on loopback to join by.
 */
process.env['SEEDBED_DHT'] = 'false';
