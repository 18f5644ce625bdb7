#!/bin/sh
# The first time only: from then on all of it is in Open vSwitch's own database.
ovs-vsctl br-exists br0 && exit
vsctl() { ovs-vsctl --no-syslog "$@"; }
vsctl add-br br0 -- set bridge br0 datapath_type=netdev
vsctl add-port br0 eth1 tag={{ staff_vlan }}
vsctl add-port br0 eth2 tag={{ guests_vlan }}
vsctl add-port br0 eth4 tag={{ admin_vlan }}
vsctl add-port br0 eth3 vlan_mode=native-untagged tag={{ admin_vlan }} trunks={{ staff_vlan }},{{ guests_vlan }},{{ admin_vlan }}
for port in eth1 eth2 eth4; do vsctl set port $port other_config:rstp-port-admin-edge=true; done
vsctl set bridge br0 rstp_enable=true other_config:rstp-priority=4096
