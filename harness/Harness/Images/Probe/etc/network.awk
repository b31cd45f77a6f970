# network_data.json flattened by json.awk in, one line a fact out, in the order lab-network applies them:
#   link MAC MTU|-
#   addr MAC ADDRESS NETMASK-OR-PREFIX|-
#   dhcp MAC
#   route MAC NETWORK NETMASK-OR-PREFIX|- GATEWAY
#   dns ADDRESS
BEGIN { FS = "\t" }
{ value[$1] = $2; split($1, part, ".") }
part[1] == "links" && part[2] + 1 > links { links = part[2] + 1 }
part[1] == "networks" && part[2] + 1 > networks { networks = part[2] + 1 }
part[1] == "networks" && part[3] == "routes" && part[4] + 1 > routes[part[2]] { routes[part[2]] = part[4] + 1 }
$1 ~ /services\.[0-9]+\.address$/ { resolver[++resolvers] = $2 }

function or_dash(s) { return s == "" || s == "null" ? "-" : s }

END {
    for (i = 0; i < links; i++) {
        at = "links." i
        mac[value[at ".id"]] = tolower(value[at ".ethernet_mac_address"])
        if (mac[value[at ".id"]] != "") print "link", mac[value[at ".id"]], or_dash(value[at ".mtu"])
    }
    for (i = 0; i < networks; i++) {
        at = "networks." i
        nic = mac[value[at ".link"]]
        if (nic == "") continue
        if (value[at ".type"] ~ /dhcp/) { print "dhcp", nic; continue }
        if (value[at ".ip_address"] != "") print "addr", nic, value[at ".ip_address"], or_dash(value[at ".netmask"])
        for (j = 0; j < routes[i]; j++)
            print "route", nic, value[at ".routes." j ".network"], or_dash(value[at ".routes." j ".netmask"]), value[at ".routes." j ".gateway"]
    }
    for (i = 1; i <= resolvers; i++) print "dns", resolver[i]
}
