DELETE FROM stage.stage_offsets WHERE consumer_group = %(group)s AND topic = %(topic)s
