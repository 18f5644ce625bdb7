#!/bin/sh
ovs-vsctl add-br br0 -- set bridge br0 datapath_type=netdev
ovs-vsctl add-port br0 eth1 tag={{ staff_vlan }}
ovs-vsctl add-port br0 eth2 tag={{ guests_vlan }}
ovs-vsctl add-port br0 eth4 tag={{ admin_vlan }}
ovs-vsctl add-port br0 eth3 vlan_mode=native-untagged tag={{ admin_vlan }}
ovs-vsctl add-port br0 staff tag={{ staff_vlan }} -- set interface staff type=internal
ovs-vsctl add-port br0 guests tag={{ guests_vlan }} -- set interface guests type=internal
for port in eth1 eth2 eth4; do ovs-vsctl set port $port other_config:rstp-port-admin-edge=true; done
ovs-vsctl set bridge br0 rstp_enable=true
ovs-vsctl set bridge br0 other_config:rstp-priority={{ 4096 if root == "sw2" else 32768 }}
sysctl -q -p /etc/sysctl.d/90-forward.conf
ifup staff
ifup guests
