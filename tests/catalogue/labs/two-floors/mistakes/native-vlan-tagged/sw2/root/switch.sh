#!/bin/sh
ovs-vsctl add-br br0 -- set bridge br0 datapath_type=netdev
ovs-vsctl add-port br0 eth1 tag={{ staff_vlan }}
ovs-vsctl add-port br0 eth2 tag={{ guests_vlan }}
ovs-vsctl add-port br0 eth4 tag={{ admin_vlan }}
ovs-vsctl add-port br0 eth3 trunks={{ staff_vlan }},{{ guests_vlan }},{{ admin_vlan }}
for port in eth1 eth2 eth4; do ovs-vsctl set port $port other_config:rstp-port-admin-edge=true; done
ovs-vsctl set bridge br0 rstp_enable=true
ovs-vsctl set bridge br0 other_config:rstp-priority={{ 4096 if root == "sw2" else 32768 }}
